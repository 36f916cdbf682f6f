"""Files that users upload: what is taken, how it is kept, and how it is handed out.

docs/learnings/concepts/file-uploads.md tells why.
"""

import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import PurePath
from typing import IO, Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from PIL import Image, ImageOps
from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser

MB = 1024 * 1024
FORM = 64 * 1024  # what surrounds the file in a request

IMAGE_FORMATS = ("PNG", "JPEG", "WEBP")
IMAGE_SIZE = 2 * MB
IMAGE_PIXELS = 4096 * 4096
IMAGE_SIDE = 512  # a picture that is larger is made smaller

PDF_SIZE = 5 * MB
PDF_PAGES = 20
PDF_OBJECTS = 20_000
PDF_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": 10 * MB,
    "lzw_maximum_output_length": 10 * MB,
    "run_length_maximum_output_length": 10 * MB,
    "page_tree_maximum_entries": 1_000,
}
PDF_STREAMS = 100  # that hold objects: each is unpacked
PDF_HEAD = re.compile(rb"%PDF-[12]\.\d\s")
PDF_END = re.compile(rb"%%EOF\s*\Z")
HTML = re.compile(rb"<\s*(!doctype|html|head|body|script|iframe|svg)", re.IGNORECASE)
# What a document does by itself, what it carries along, and where it leads unseen.
PDF_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
PDF_ACTIONS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"),
    *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute"),
}

# What is taken


@dataclass(frozen=True)
class Upload:
    """A file that was looked at: what to keep of it, and what its owner calls it."""

    content: bytes
    name: str


class UploadParser(MultiPartParser):
    """Reads a form with a file, unless it is larger than any that is taken."""

    limit = max(IMAGE_SIZE, PDF_SIZE)

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        """Return the form's values and files."""
        length = int(parser_context["request"].META["CONTENT_LENGTH"])
        if length > self.limit + FORM:
            raise ValidationError({"file": [too_large(self.limit)]})
        return super().parse(stream, media_type, parser_context)


class UploadedField(serializers.FileField, ABC):
    """A file of a certain kind. What the client says of its name and type proves nothing."""

    limit: int
    suffix: str

    def to_internal_value(self, data: Any) -> Any:
        """Return what is kept."""
        file = super().to_internal_value(data)
        if (file.size or 0) > self.limit:
            raise ValidationError([too_large(self.limit)])
        return Upload(self.examine(file.read()), clean_name(file.name or "", self.suffix))

    @abstractmethod
    def examine(self, content: bytes) -> bytes:
        """Return what is kept of a file, or refuse it."""


class PictureField(UploadedField):
    """A PNG, JPEG or WebP, of which the picture alone is kept."""

    limit = IMAGE_SIZE
    suffix = ".webp"

    def examine(self, content: bytes) -> bytes:
        """Draw the picture anew: nothing that was beside it, or behind it, is left."""
        try:
            with Image.open(BytesIO(content), formats=IMAGE_FORMATS) as image:
                if image.width * image.height > IMAGE_PIXELS:
                    raise Image.DecompressionBombError
                upright = ImageOps.exif_transpose(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise ValidationError("The picture has too many pixels.", "too_many_pixels") from None
        except Exception as error:  # decoders raise anything
            raise ValidationError("This is no PNG, JPEG or WebP.", "not_an_image") from error
        upright.thumbnail((IMAGE_SIDE, IMAGE_SIDE))
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        picture = Image.new(mode, upright.size)
        picture.paste(upright.convert(mode))
        picture.save(drawn := BytesIO(), "WEBP", quality=85)
        return drawn.getvalue()


class PDFField(UploadedField):
    """A PDF of a few pages that does nothing but show them."""

    limit = PDF_SIZE
    suffix = ".pdf"

    def examine(self, content: bytes) -> bytes:
        """Return the file as it is, if it is one thing alone, and harmless."""
        try:
            sound = is_pdf_alone(content) and self.read(content)
        except ValidationError:
            raise
        except Exception as error:  # a broken file breaks a parser anywhere
            raise ValidationError("The PDF is broken.", "broken_pdf") from error
        if not sound:
            raise ValidationError("This is no PDF.", "not_a_pdf")
        return content

    def read(self, content: bytes) -> bool:
        """Refuse what is encrypted, long, active or carries other files."""
        with apply_configuration(**PDF_LIMITS):
            reader = PdfReader(BytesIO(content), xref_stream_maximum_entries=PDF_OBJECTS)
            if reader.is_encrypted:
                raise ValidationError("The PDF is encrypted.", "encrypted_pdf")
            if len({stream for stream, _ in reader.xref_objStm.values()}) > PDF_STREAMS:
                return False
            if is_active(reader.trailer):
                raise ValidationError("The PDF holds a script, an action or a file.", "active_pdf")
            if reader.get_num_pages() > PDF_PAGES:
                raise ValidationError(f"It has more than {PDF_PAGES} pages.", "too_many_pages")
            return reader.get_num_pages() > 0


def is_pdf_alone(content: bytes) -> bool:
    """Return whether a file begins and ends as a PDF, and is no web page or archive as well."""
    return (
        PDF_HEAD.match(content) is not None
        and PDF_END.search(content[-1024:]) is not None
        and HTML.search(content[:1024]) is None
        and not zipfile.is_zipfile(BytesIO(content))
    )


def is_active(document: DictionaryObject) -> bool:
    """Return whether anything that can be reached in a PDF does more than show pages."""
    waiting: list[Any] = [document]
    seen: set[tuple[int, int]] = set()
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            if len(seen) > PDF_OBJECTS:
                raise ValueError("Too many objects.")
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            if found.keys() & PDF_ACTIVE_KEYS or found.get("/S") in PDF_ACTIONS:
                return True
            waiting += dict.values(found)
        elif isinstance(found, ArrayObject):
            waiting += list.__iter__(found)
    return False


def too_large(limit: int) -> ErrorDetail:
    """Return what is said of a file above a limit."""
    return ErrorDetail(f"The file is larger than {limit // MB} MB.", "too_large")


def clean_name(name: str, suffix: str) -> str:
    """Return what a file is called when it is handed out: words alone, and the right suffix."""
    stem = re.sub(r"[^\w .()-]+", "", PurePath(name.replace("\\", "/")).stem).strip(" .")
    return f"{stem[:100] or 'file'}{suffix}"


# How it is kept


class UploadField(models.FileField):
    """Where a file is stored; the file goes with the row, whoever deletes it."""

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        """Wait for a row to be deleted."""
        super().contribute_to_class(cls, name, private_only=private_only, **kwargs)
        post_delete.connect(self.discard_with_row, sender=cls)

    def discard_with_row(self, instance: models.Model, **kwargs: Any) -> None:
        """Remove the file of a row that was deleted."""
        discard(getattr(instance, self.attname))


@contextmanager
def stored(upload: Upload, folder: str) -> Iterator[str]:
    """Store a file under a name of our own; remove it again if what is done with it fails.

    The transaction is begun inside, so that a commit that fails is noticed: ``with stored(upload,
    "cvs") as name, atomic(): …``
    """
    suffix = PurePath(upload.name).suffix
    name = default_storage.save(f"{folder}/{uuid4().hex}{suffix}", ContentFile(upload.content))
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def discard(file: FieldFile) -> None:
    """Remove a file once the transaction is committed: until then the row may need it."""
    if file.name:
        transaction.on_commit(partial(default_storage.delete, file.name), robust=True)


# How it is handed out


def file_response(
    file: FieldFile, *, name: str, content_type: str, inline: bool = False
) -> HttpResponse:
    """Answer with a file that browsers neither guess about, run, nor keep."""
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except (ValueError, FileNotFoundError):  # there is none, or it was replaced just now
        raise Http404 from None
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": content_disposition_header(not inline, name) or "",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
