"""The CVs of applications."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.files import pdf, picture, upload
from apps.jobs.models import Application, ApplicationStatus
from apps.jobs.tests import Login
from apps.jobs.tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db(transaction=True)


def path(application: Application) -> str:
    """Return the address of a CV."""
    return f"/api/v1/applications/{application.pk}/cv/"


def put(client: APIClient, application: Application, file: SimpleUploadedFile) -> int:
    """Send a CV; return the status."""
    status: int = client.put(path(application), {"file": file}, format="multipart").status_code
    return status


def test_the_employer_reads_what_the_candidate_sent(login: Login, media: Path) -> None:
    """S05: byte by byte, as a file to save, which no browser runs or keeps."""
    application = ApplicationFactory.create()
    sent = login(application.candidate).put(
        path(application),
        {"file": upload(pdf(2), "../../“Amina” Uwase.exe", "text/html")},
        format="multipart",
    )
    assert sent.json()["cv_name"] == "Amina Uwase.pdf"

    got = login(application.posting.company.owner).get(
        path(application), headers={"Accept": "application/pdf"}
    )

    assert got.content == pdf(2)
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"] == 'attachment; filename="Amina Uwase.pdf"'
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "private, no-store"


def test_a_cv_has_no_address_of_its_own(login: Login, media: Path) -> None:
    """S05: a file is handed out by a view that knows who asks, or not at all."""
    application = ApplicationFactory.create()
    put(login(application.candidate), application, upload(pdf(), "cv.pdf"))
    application.refresh_from_db()
    (file,) = media.glob("cvs/*.pdf")

    for address in (f"/{application.cv.name}", f"/media/{application.cv.name}"):
        assert Client().get(address).status_code == 404
    assert file.stem not in login(application.candidate).get(path(application)).headers.values()


def test_a_cv_is_replaced_and_deleted_with_its_file(login: Login, media: Path) -> None:
    """S05: no file stays behind."""
    application = ApplicationFactory.create()
    candidate = login(application.candidate)
    for pages in (1, 2):
        assert put(candidate, application, upload(pdf(pages))) == 200
    assert [file.read_bytes() for file in media.glob("cvs/*")] == [pdf(2)]

    assert candidate.delete(path(application)).status_code == 204
    assert list(media.glob("cvs/*")) == []
    assert candidate.get(path(application)).status_code == 404

    put(candidate, application, upload(pdf()))
    application.candidate.delete()
    assert list(media.glob("cvs/*")) == []


def test_a_cv_stays_as_it_was_reviewed(login: Login, media: Path) -> None:
    """B01: a decision is about what was read; what is refused is not stored."""
    application = ApplicationFactory.create()
    candidate = login(application.candidate)
    put(candidate, application, upload(pdf()))
    Application.objects.update(status=ApplicationStatus.UNDER_REVIEW)

    assert put(candidate, application, upload(pdf(2))) == 409
    assert candidate.delete(path(application)).status_code == 409
    assert [file.read_bytes() for file in media.glob("cvs/*")] == [pdf()]


@pytest.mark.parametrize("file", [upload(picture(), "cv.pdf", "application/pdf"), upload(pdf(21))])
def test_what_is_no_cv_is_refused(file: SimpleUploadedFile, login: Login, media: Path) -> None:
    """S05, H07: a problem that names the field; nothing is stored."""
    application = ApplicationFactory.create()

    answer = login(application.candidate).put(path(application), {"file": file}, format="multipart")

    assert answer.status_code == 400
    assert [error["param"] for error in answer.json()["errors"]] == ["file"]
    assert not media.exists()


def test_the_admin_site_shows_the_name_and_no_link(client: Client, media: Path) -> None:
    """S05: there is no address to link to, and no form that takes a file unseen."""
    application = ApplicationFactory.create(cv="cvs/a.pdf", cv_name="Amina.pdf")
    client.force_login(UserFactory.create(role=Role.ADMIN))

    page = client.get(reverse("admin:jobs_application_change", args=[application.pk]))

    assert "Amina.pdf" in page.content.decode()
    assert "cvs/a.pdf" not in page.content.decode()
    assert 'type="file"' not in page.content.decode()
