"""Files to upload."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter


def pdf(pages: int = 1) -> bytes:
    """Return a PDF of empty pages."""
    return written(writer(pages))


def writer(pages: int = 1) -> PdfWriter:
    """Return a PDF to add to."""
    document = PdfWriter()
    for _ in range(pages):
        document.add_blank_page(width=595, height=842)
    return document


def written(document: PdfWriter) -> bytes:
    """Return the bytes of a PDF."""
    document.write(file := BytesIO())
    return file.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    """Return a picture, red on its left half and blue on its right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    image.save(file := BytesIO(), kind, **options)
    return file.getvalue()


def upload(content: bytes, name: str = "file", content_type: str = "") -> SimpleUploadedFile:
    """Return a file as a client sends it."""
    return SimpleUploadedFile(name, content, content_type)
