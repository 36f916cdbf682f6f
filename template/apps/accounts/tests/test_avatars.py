"""Pictures of users."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts import services
from apps.accounts.models import Profile, User
from apps.accounts.tests.factories import UserFactory
from apps.core.errors import ApplicationError
from apps.core.tests.files import picture, upload
from apps.core.uploads import Upload

pytestmark = pytest.mark.django_db(transaction=True)

Login = Callable[[User], APIClient]
ME = "/api/v1/accounts/me/"
AVATAR = f"{ME}avatar/"


def put(client: APIClient, file: SimpleUploadedFile) -> tuple[int, dict[str, str]]:
    """Send a picture; return the status, and the codes of what was refused."""
    response = client.put(AVATAR, {"file": file}, format="multipart")
    errors = response.json().get("errors", [])
    return response.status_code, {error["param"]: error["code"] for error in errors}


def test_a_picture_is_shown_to_others_safely(login: Login, media: Path) -> None:
    """S05: drawn anew, for those who are logged in, and never sniffed, run or kept."""
    ada = UserFactory.create()
    assert put(login(ada), upload(picture("JPEG"), "../me.php", "text/html")) == (200, {})

    shown = login(UserFactory.create()).get(
        f"/api/v1/accounts/users/{ada.pk}/avatar/", headers={"Accept": "image/*"}
    )

    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"] == 'inline; filename="avatar.webp"'
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["Cache-Control"] == "private, no-store"
    with Image.open(BytesIO(shown.content)) as image:
        assert image.format == "WEBP"
    assert login(ada).get(AVATAR).content == shown.content
    assert login(ada).get(ME).json()["has_avatar"] is True


def test_a_picture_replaces_the_one_before(login: Login, media: Path) -> None:
    """S05: no file stays behind, neither of the picture before nor of a user who is gone."""
    ada = UserFactory.create()
    for size in ((10, 10), (20, 20)):
        assert put(login(ada), upload(picture(size=size)))[0] == 200
    assert len(list(media.glob("avatars/*"))) == 1

    assert login(ada).delete(AVATAR).status_code == 204
    assert list(media.glob("avatars/*")) == []
    assert login(ada).get(AVATAR).status_code == 404
    assert login(ada).get(ME).json()["has_avatar"] is False
    assert login(ada).delete(AVATAR).status_code == 204

    put(login(ada), upload(picture()))
    User.objects.get().delete()
    assert list(media.glob("avatars/*")) == []


def test_a_write_that_fails_keeps_the_picture(
    login: Login, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S05: the new file goes, the old one stays."""
    ada = UserFactory.create()
    services.set_avatar(ada, file=Upload(b"old", "avatar.webp"))

    def fail(*args: object, **kwargs: object) -> None:
        raise ApplicationError("No.", code="no")

    monkeypatch.setattr(Profile, "save", fail)
    assert put(login(ada), upload(picture()))[0] == 409
    assert [file.read_bytes() for file in media.glob("avatars/*")] == [b"old"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (
            upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "me.png", "image/png"),
            "not_an_image",
        ),
        (upload(picture("GIF"), "me.gif", "image/gif"), "not_an_image"),
        (upload(b"", "me.png", "image/png"), "empty"),
        (upload(picture() + b" " * 2_100_000, "me.png"), "too_large"),
        (upload(picture() + b" " * 6_000_000, "me.png"), "too_large"),
    ],
)
def test_what_is_no_picture_is_refused(
    file: SimpleUploadedFile, code: str, login: Login, media: Path
) -> None:
    """S05, H07: a problem that names the field; nothing is stored."""
    assert put(login(UserFactory.create()), file) == (400, {"file": code})
    assert list(media.glob("**/*.webp")) == []


def test_only_a_form_is_read(login: Login) -> None:
    """S05: JSON is not taken here, and no form anywhere else."""
    client = login(UserFactory.create())
    assert client.put(AVATAR, {"file": "…"}, format="json").status_code == 415
    assert client.put(AVATAR, {"file": "…"}, format="multipart").json()["errors"] == [
        {
            "message": "The submitted data was not a file. Check the encoding type on the form.",
            "code": "invalid",
            "param": "file",
        }
    ]
    assert client.put(AVATAR, {}, format="multipart").status_code == 400
    assert client.patch(ME, {"full_name": "Ada"}, format="multipart").status_code == 415
