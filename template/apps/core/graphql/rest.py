"""The bridge to REST: who may ask, which rows there are and what is valid is what its views say.

A resolver names the view that answers the same, and calls the same service. So a rule has one home,
and a query is never answered where REST would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from enum import Enum
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import QueryDict
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer, ChoiceField, Serializer
from rest_framework.views import APIView
from strawberry import UNSET, Info
from strawberry_django.queryset import get_queryset_config

Row = TypeVar("Row", bound=Model)

METHODS = {"list": "GET", "retrieve": "GET", "partial_update": "PATCH", "destroy": "DELETE"}


def rows(
    view_class: type[GenericAPIView[Row]],
    info: Info,
    *,
    filters: object = None,
    search: str | None = None,
    ordering: Sequence[Enum] | None = None,
) -> QuerySet[Row]:
    """Return the queryset of the view's list, as the caller sees it, by the same parameters.

    Raises:
        APIException: The caller may not list them, or a parameter is not valid.
    """
    parameters = {**given(filters), "search": search}
    parameters["ordering"] = ",".join(str(one.value) for one in ordering or ())
    view = prepared(view_class, info, "list", parameters=parameters)
    # What is fetched along, the optimizer reads from the document.
    found: QuerySet[Row] = (
        view.filter_queryset(view.get_queryset()).select_related(None).prefetch_related(None)
    )
    get_queryset_config(found).type_get_queryset_did_run = True  # they are what the caller may see
    return found


def visible(
    view_class: type[GenericAPIView[Row]], queryset: QuerySet[Row], info: Info
) -> QuerySet[Row]:
    """Return which of these rows the view's list shows the caller: for relations that lead there.

    Raises:
        APIException: The caller may not list them.
    """
    seen: QuerySet[Row] = prepared(view_class, info, "list").get_queryset()
    return queryset.filter(pk__in=seen.order_by().values("pk"))


def row(
    view_class: type[GenericAPIView[Row]], info: Info, pk: str = "", action: str = "retrieve"
) -> Row:
    """Return one row, if the caller may see it and call the action on it.

    Raises:
        APIException: The caller may not call the action.
        Http404: There is none, or the caller does not see it.
    """
    return cast(Row, prepared(view_class, info, action, pk=pk).get_object())


def allow(view_class: type[APIView], info: Info, action: str = "create") -> Any:
    """Return the caller, if the view lets them call the action.

    Raises:
        APIException: The caller is not logged in, or may not.
    """
    return prepared(view_class, info, action).request.user


def caller(info: Info) -> Any:
    """Return the user who asks; that it is one, the view has made sure."""
    return info.context.request.user


def answer(view_class: type[APIView], info: Info) -> Any:
    """Return what the view answers to GET.

    Raises:
        APIException: The caller may not ask.
    """
    view = prepared(view_class, info, "retrieve")
    return view.get(view.request).data


def valid(
    serializer_class: type[BaseSerializer[Any]], data: object, **options: Any
) -> dict[str, Any]:
    """Return the values of an input type as services take them.

    Raises:
        ValidationError: Some value is not valid.
    """
    values = given(data)
    serializer = serializer_class(data=values, **options)
    if isinstance(serializer, Serializer):
        for name, value in values.items():
            field = serializer.fields.get(name)
            # An enum has no empty value: null stands for it.
            if value is None and isinstance(field, ChoiceField) and field.allow_blank:
                values[name] = ""
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)


def given(data: object) -> dict[str, Any]:
    """Return the values of an input type that the document gives."""
    values = data if isinstance(data, Mapping) else vars(data) if data is not None else {}
    return {name: value for name, value in values.items() if value is not UNSET}


def prepared(
    view_class: type[APIView],
    info: Info,
    action: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    **kwargs: str,
) -> Any:
    """Return the view, ready to do one thing for the caller, who may do it."""
    asked = info.context.request
    http = copy(asked._request)
    http.method = METHODS.get(action, "POST")
    http.GET = query(parameters or {})
    # Authenticated as the caller is: that decides whether a refusal is 401 or 403.
    request: Any = Request(http, authenticators=asked.authenticators)
    request.user, request.auth = asked.user, asked.auth
    request._authenticator = asked.successful_authenticator
    # What the decorator of an extra action was given, as the router does.
    view: Any = view_class(**getattr(getattr(view_class, action, None), "kwargs", {}))
    view.setup(http)
    view.action, view.request, view.kwargs, view.format_kwarg = action, request, kwargs, None
    view.check_permissions(request)
    return view


def query(parameters: Mapping[str, Any]) -> QueryDict:
    """Return parameters as an address has them; what was not given is not there."""
    found = QueryDict(mutable=True)
    for name, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
        if value is not None and value != "":
            found.setlist(name, texts)
    return found
