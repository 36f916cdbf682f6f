"""Fields that more than one app may want."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    EmailField = models.EmailField[str, str]
    PositiveIntegerField = models.PositiveIntegerField[int, int]
else:
    EmailField = models.EmailField
    PositiveIntegerField = models.PositiveIntegerField


class LowercaseEmailField(EmailField):
    """An e-mail address in lower case: equality, look-ups and uniqueness ignore case."""

    def to_python(self, value: Any) -> Any:
        """Return the address in lower case."""
        value = super().to_python(value)
        return value.lower() if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Write and compare in lower case."""
        return self.to_python(super().get_prep_value(value))


class CounterField(PositiveIntegerField):
    """A number that only `update(field=F("field") + 1)` moves.

    Saving a row that was read a moment ago leaves it as it is by now.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what is written."""
        return super().pre_save(model_instance, add) if add else models.F(self.attname)
