"""What is taken of what users upload, and what is not."""

import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.actions import JavaScript
from pypdf.generic import ArrayObject, DictionaryObject, NameObject
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.test import APIRequestFactory

from apps.core import uploads
from apps.core.tests.files import pdf, picture, upload, writer, written
from apps.core.uploads import PDFField, PictureField, Upload, UploadedField, UploadParser

EXIF_ORIENTATION, EXIF_MODEL, EXIF_GPS = 0x0112, 0x0110, 0x8825


def taken(field: type[UploadedField], content: bytes, name: str = "file", kind: str = "") -> Upload:
    """Return what is kept of a file."""
    kept: Upload = field().run_validation(upload(content, name, kind))
    return kept


def refusal(field: type[UploadedField], content: bytes, **claims: str) -> str:
    """Return the code for which a file is refused."""
    with pytest.raises(ValidationError) as refused:
        taken(field, content, **claims)
    codes: Any = refused.value.get_codes()
    return str(codes[0])


def archive() -> bytes:
    """Return a ZIP archive."""
    with zipfile.ZipFile(file := BytesIO(), "w") as opened:
        opened.writestr("evil.class", "…")
    return file.getvalue()


def scripted() -> bytes:
    """Return a PDF with a script that runs when it is opened."""
    document = writer()
    document.add_open_action(JavaScript("app.alert(1)"))
    return written(document)


def attached() -> bytes:
    """Return a PDF that carries another file."""
    document = writer()
    document.add_attachment("evil.exe", b"MZ")
    return written(document)


def encrypted(password: str) -> bytes:
    """Return a PDF that asks for a password, or with an empty one for none, but is encrypted."""
    document = writer()
    document.encrypt(password, "owner")
    return written(document)


def with_action(kind: str) -> bytes:
    """Return a PDF with an action on its second page, in a list of a list, by its written name."""
    document = writer(2)
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    link = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/A"): document._add_object(action),
        }
    )
    nested = ArrayObject([ArrayObject([document._add_object(link)])])
    document.pages[1][NameObject("/Annots")] = document._add_object(nested)
    return written(document)


def bomb() -> bytes:
    """Return a small PDF, of which one object is inside a hundred megabytes of nothing."""
    inside = b"2 0 <</Type /Pages /Kids [] /Count 0>>" + b" " * 100_000_000
    streams = {
        3: (b"/Type /ObjStm /N 1 /First 4", zlib.compress(inside)),
        4: (b"/Type /XRef /Size 5 /W [1 4 1] /Root 1 0 R", zlib.compress(b"")),
    }
    content = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    places = {1: 9}
    for number, (values, data) in streams.items():
        places[number] = len(content)
        if number == 4:  # the table: free; at its place; in stream 3, first; both streams
            lines = [
                (0, 0, 255),
                (1, places[1], 0),
                (2, 3, 0),
                (1, places[3], 0),
                (1, places[4], 0),
            ]
            data = zlib.compress(b"".join(struct.pack(">BIB", *line) for line in lines))
        head = b"%s /Filter /FlateDecode /Length %d" % (values, len(data))
        content += b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (number, head, data)
    return content + b"startxref\n%d\n%%%%EOF\n" % places[4]


class TestPDF:
    """CVs."""

    @pytest.mark.parametrize("pages", [1, 20])
    def test_is_taken_as_it_is(self, pages: int) -> None:
        """S05: whatever the client says of its name and its type."""
        content = pdf(pages)

        kept = taken(PDFField, content, "C:\\cv\\Amina's CV.docx", "text/html")

        assert kept == Upload(content, "Aminas CV.pdf")

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"%PDF-1.7\n", "not_a_pdf"),
            (b"%PDF-1.7\n%%EOF\n", "broken_pdf"),
            (b"%PDF-1.7\n" + b"\x00" * 100 + b"\n%%EOF\n", "broken_pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_pdf"),
            (b"\x7fELF" + pdf(), "not_a_pdf"),
            (pdf()[:-20], "not_a_pdf"),
            (pdf()[: len(pdf()) // 2] + b"\n%%EOF\n", "broken_pdf"),
            (pdf() + b"GIF89a", "not_a_pdf"),
            (picture(), "not_a_pdf"),
            (pdf(21), "too_many_pages"),
            (b"%PDF-1.7\n" + b" " * uploads.PDF_SIZE, "too_large"),
            (encrypted("secret"), "encrypted_pdf"),
            (encrypted(""), "encrypted_pdf"),
        ],
    )
    def test_is_refused_if_it_is_none_or_not_whole(self, content: bytes, code: str) -> None:
        """S05: by content; the name and the type that the client gives count for nothing."""
        assert refusal(PDFField, content, name="cv.pdf", kind="application/pdf") == code

    @pytest.mark.parametrize(
        "content",
        [
            b"<html><script>alert(1)</script>" + pdf(),
            pdf().replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1),
            pdf() + archive(),
            pdf() + archive() + b"\n%%EOF\n",
            archive() + pdf(),
        ],
    )
    def test_is_refused_if_it_is_something_else_too(self, content: bytes) -> None:
        """S05: a web page or an archive that is a PDF as well."""
        assert refusal(PDFField, content) == "not_a_pdf"

    @pytest.mark.parametrize(
        "content",
        [scripted(), attached(), *(with_action(kind) for kind in sorted(uploads.PDF_ACTIONS))],
    )
    def test_is_refused_if_it_does_anything(self, content: bytes) -> None:
        """S05: scripts, programs to start, forms to send, files that it carries."""
        assert len(PdfReader(BytesIO(content)).pages) in {1, 2}
        assert refusal(PDFField, content) == "active_pdf"

    def test_may_link_to_a_site(self) -> None:
        """S05: many CVs do."""
        assert taken(PDFField, with_action("/URI"))

    def test_is_not_unpacked_whatever_its_size(self) -> None:
        """S05: a decompression bomb."""
        assert refusal(PDFField, bomb()) == "broken_pdf"

    @given(st.binary(max_size=200), st.integers(0, 400))
    def test_is_never_a_crash(self, noise: bytes, place: int) -> None:
        """S05: whatever stands in the middle of it."""
        content = pdf()[:place] + noise + pdf()[place:]
        with suppress(ValidationError):
            assert taken(PDFField, content).content == content


class TestPicture:
    """Avatars."""

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_is_drawn_anew(self, kind: str) -> None:
        """S05: as WebP, with nothing of the file that came but the picture."""
        content = picture(kind) + b"<?php evil(); ?>" + archive()

        kept = taken(PictureField, content, "../../me.php", "text/html")

        assert kept.name == "me.webp"
        with Image.open(BytesIO(kept.content)) as image:
            assert (image.format, image.size) == ("WEBP", (40, 20))
            assert image.getpixel((5, 10))[0] > 200  # type: ignore[index]
        assert b"php" not in kept.content
        assert not zipfile.is_zipfile(BytesIO(kept.content))

    def test_tells_nothing_of_the_place_and_the_camera(self) -> None:
        """S05: EXIF, ICC and comments are gone; the picture stands upright."""
        exif = Image.Exif()
        exif[EXIF_MODEL] = "A camera"
        exif[EXIF_ORIENTATION] = 6  # to be turned to the right
        exif.get_ifd(EXIF_GPS)[1] = "N"
        content = picture("JPEG", exif=exif, comment=b"At home", icc_profile=b"profile")
        assert b"A camera" in content

        kept = taken(PictureField, content).content

        with Image.open(BytesIO(kept)) as image:
            assert image.size == (20, 40)
            assert not image.getexif()
            assert not {"exif", "icc_profile", "comment", "xmp"} & image.info.keys()
        assert b"camera" not in kept

    def test_keeps_what_is_transparent_and_becomes_smaller(self) -> None:
        Image.new("LA", (2000, 1000), (255, 0)).save(file := BytesIO(), "PNG")

        kept = taken(PictureField, file.getvalue()).content

        with Image.open(BytesIO(kept)) as image:
            assert (image.mode, image.size) == ("RGBA", (512, 256))
            assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
            (pdf(), "not_an_image"),
            (picture("GIF"), "not_an_image"),
            (picture("TIFF"), "not_an_image"),
            (picture("PNG", (400, 400))[:-300], "not_an_image"),
            (picture("JPEG", (400, 400))[:-300], "not_an_image"),
            (picture("PNG", (4096, 4097)), "too_many_pixels"),
            (picture("PNG", (20_000, 20_000)), "too_many_pixels"),
            (picture() + b" " * uploads.IMAGE_SIZE, "too_large"),
        ],
    )
    def test_is_refused_by_content(self, content: bytes, code: str) -> None:
        """S05: whatever it is called."""
        assert refusal(PictureField, content, name="me.png", kind="image/png") == code

    @given(st.binary(max_size=200), st.integers(0, 300))
    def test_is_never_a_crash(self, noise: bytes, place: int) -> None:
        """S05: whatever stands in the middle of it."""
        content = picture("JPEG")
        with suppress(ValidationError):
            assert taken(PictureField, content[:place] + noise + content[place:])


class TestName:
    """What a file is called when it is handed out."""

    @pytest.mark.parametrize(
        ("given_name", "name"),
        [
            ("cv.pdf", "cv.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("..\\..\\boot.ini", "boot.pdf"),
            ("a.pdf\r\nSet-Cookie: a=b", "a.pdf"),
            ("“ሰነድ”.pdf", "ሰነድ.pdf"),
            ("cv\u202efdp.exe", "cvfdp.pdf"),
            ('"; evil="', "evil.pdf"),
            (".htaccess", "htaccess.pdf"),
            ("", "file.pdf"),
            ("..", "file.pdf"),
        ],
    )
    def test_is_a_name_and_nothing_else(self, given_name: str, name: str) -> None:
        """S05: no path, no header, no trick of writing direction."""
        assert uploads.clean_name(given_name, ".pdf") == name

    @given(st.text(max_size=300))
    @example("/" * 300)
    def test_holds_words_alone(self, given_name: str) -> None:
        """S05: whatever it was."""
        name = uploads.clean_name(given_name, ".pdf")

        assert name.endswith(".pdf")
        assert 4 < len(name) <= 104
        assert not set(name) & set("/\\\"'\r\n\t\0<>;:")
        assert not name.startswith(".")


class TestForm:
    """A request with a file."""

    def test_is_not_read_if_it_is_larger_than_any_file_may_be(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """S05: what its header says is enough."""

        def read(*args: Any) -> None:
            raise AssertionError("It was read.")

        monkeypatch.setattr(MultiPartParser, "parse", read)
        request: Any = APIRequestFactory().put("/", CONTENT_LENGTH=str(uploads.PDF_SIZE * 2))
        with pytest.raises(ValidationError) as refused:
            UploadParser().parse(request, "multipart/form-data", {"request": request})
        assert refused.value.get_codes() == {"file": ["too_large"]}


@pytest.mark.django_db(transaction=True)
class TestStored:
    """Where a file is kept."""

    def test_is_a_name_of_our_own(self, media: Path) -> None:
        """S05: the user's name is no path."""
        with uploads.stored(Upload(b"CV", "cv.pdf"), "cvs") as name:
            pass

        assert name.startswith("cvs/")
        assert [file.read_bytes() for file in media.glob("cvs/*.pdf")] == [b"CV"]
        assert "cv.pdf" not in name

    def test_is_nowhere_after_a_failure(self, media: Path) -> None:
        """S05: a transaction that is rolled back leaves no file behind."""
        with (
            pytest.raises(ZeroDivisionError),
            uploads.stored(Upload(b"CV", "cv.pdf"), "cvs"),
            transaction.atomic(),
        ):
            raise ZeroDivisionError

        assert list(media.glob("cvs/*")) == []

    def test_is_removed_once_that_is_certain(self, media: Path) -> None:
        """S05: a transaction that is rolled back keeps the file that it replaced."""
        name = default_storage.save("cvs/a.pdf", upload(b"CV"))
        field = uploads.UploadField()
        file = field.attr_class(None, field, name)  # type: ignore[arg-type]
        with transaction.atomic():
            uploads.discard(file)
            transaction.set_rollback(True)
        assert default_storage.exists(name)

        with transaction.atomic():
            uploads.discard(file)
            assert default_storage.exists(name)
        assert not default_storage.exists(name)

    def test_is_not_found_where_there_is_none(self, media: Path) -> None:
        """S05: neither without a name, nor without the file, which was replaced just now."""
        field = uploads.UploadField()
        for name in ("", "cvs/gone.pdf"):
            file = field.attr_class(None, field, name)  # type: ignore[arg-type]
            with pytest.raises(Http404):
                uploads.file_response(file, name="cv.pdf", content_type="application/pdf")
