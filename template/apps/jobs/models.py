"""Tables of the job board, with the rules that the database itself keeps."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.fields import CounterField
from apps.core.models import TimeStampedModel
from apps.core.uploads import UploadField

# Every database stores this as an integer, and no listed currency pays more in a month.
SALARY_LIMIT = 1_000_000_000


class EmploymentType(models.TextChoices):
    """How someone is employed."""

    FULL_TIME = "full_time", "Full time"
    PART_TIME = "part_time", "Part time"
    CONTRACT = "contract", "Contract"
    TEMPORARY = "temporary", "Temporary"
    INTERNSHIP = "internship", "Internship"


class Currency(models.TextChoices):
    """What salaries are paid in (ISO 4217)."""

    ETB = "ETB", "Ethiopian birr"
    EUR = "EUR", "Euro"
    GBP = "GBP", "Pound sterling"
    GHS = "GHS", "Ghanaian cedi"
    KES = "KES", "Kenyan shilling"
    NGN = "NGN", "Nigerian naira"
    RWF = "RWF", "Rwandan franc"
    TZS = "TZS", "Tanzanian shilling"
    UGX = "UGX", "Ugandan shilling"
    USD = "USD", "US dollar"
    ZAR = "ZAR", "South African rand"


class PostingStatus(models.TextChoices):
    """The life of a posting: draft, then published, then closed."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    CLOSED = "closed", "Closed"


class ApplicationStatus(models.TextChoices):
    """The life of an application; the last three are final."""

    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Industry(TimeStampedModel):
    """A category of work, such as Health care."""

    name = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "industries"
        ordering = ("name", "id")
        indexes = (models.Index(fields=["name"], name="industry_name_idx"),)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="industry_name_unique",
                violation_error_message="An industry with this name exists.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Location(TimeStampedModel):
    """A place of work: a city in a country."""

    city = models.CharField(max_length=80)
    country = models.CharField(max_length=80)

    class Meta:
        ordering = ("country", "city", "id")
        indexes = (
            models.Index(fields=["country", "city"], name="location_country_city_idx"),
            models.Index(fields=["city"], name="location_city_idx"),
        )
        constraints = (
            models.UniqueConstraint(
                Lower("country"),
                Lower("city"),
                name="location_country_city_unique",
                violation_error_message="This city exists in this country.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.city}, {self.country}"


class Skill(TimeStampedModel):
    """Something that a candidate can do and a posting can ask for."""

    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("name", "id")
        indexes = (models.Index(fields=["name"], name="skill_name_idx"),)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="skill_name_unique",
                violation_error_message="A skill with this name exists.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Company(TimeStampedModel):
    """Who offers the jobs. Each company belongs to one employer, each employer has at most one."""

    # An owner is not deleted while the company stands: it is handed over or deleted first.
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="company",
        error_messages={"unique": "This employer has a company."},
    )
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True)
    website = models.URLField(blank=True)

    class Meta:
        verbose_name_plural = "companies"
        ordering = ("name", "id")
        indexes = (
            models.Index(fields=["name"], name="company_name_idx"),
            models.Index(fields=["created_at"], name="company_created_at_idx"),
        )
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="company_name_unique",
                violation_error_message="A company with this name exists.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class JobPosting(TimeStampedModel):
    """A job that a company offers."""

    title = models.CharField(max_length=120)
    description = models.TextField(max_length=10_000)
    # A posting goes with its company. A category in use stays: it is replaced before it is deleted.
    # The foreign keys have no index of their own: the composite ones below begin with them.
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    industry = models.ForeignKey(
        Industry, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    employment_type = models.CharField(max_length=20, choices=EmploymentType)
    salary_min = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(SALARY_LIMIT)],
        help_text="Gross, a month, in whole units of the currency.",
    )
    salary_max = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(SALARY_LIMIT)],
        help_text="The same as the minimum where the salary is fixed.",
    )
    currency = models.CharField(max_length=3, choices=Currency, blank=True)
    skills = models.ManyToManyField(Skill, related_name="postings", blank=True)
    status = models.CharField(
        max_length=20, choices=PostingStatus, default=PostingStatus.DRAFT, editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on nobody can apply; empty: open until closed."
    )
    promoted_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then the posting comes first in the list."
    )
    # What every list shows is counted when it changes, not when it is read: see counters.py.
    applications_count = CounterField(default=0, editable=False)
    # The number of the event that it was published: see events.py.
    published_event = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = (F("published_at").desc(nulls_first=True), "-id")
        # For the search, PostgreSQL has indexes of its own: the migration makes them.
        indexes = (
            models.Index(fields=["company", "-published_at"], name="posting_company_idx"),
            models.Index(fields=["industry", "-published_at"], name="posting_industry_idx"),
            models.Index(fields=["location", "-published_at"], name="posting_location_idx"),
            models.Index(fields=["status", "-published_at"], name="posting_status_idx"),
            models.Index(
                fields=["employment_type", "-published_at"], name="posting_employment_type_idx"
            ),
            models.Index(fields=["currency", "salary_min"], name="posting_currency_idx"),
            models.Index(fields=["salary_min"], name="posting_salary_min_idx"),
            models.Index(fields=["salary_max"], name="posting_salary_max_idx"),
            models.Index(fields=["published_at"], name="posting_published_at_idx"),
            models.Index(fields=["closes_at"], name="posting_closes_at_idx"),
            models.Index(fields=["promoted_until"], name="posting_promoted_until_idx"),
            models.Index(fields=["title"], name="posting_title_idx"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=PostingStatus.values),
                name="posting_status_known",
                violation_error_message="This is not the status of a posting.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=PostingStatus.DRAFT, published_at=None)
                    | (~Q(status=PostingStatus.DRAFT) & ~Q(published_at=None))
                ),
                name="posting_published_at_set",
                violation_error_message="A posting has a date of publication unless it is a draft.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(salary_min=None, salary_max=None, currency="")
                    | (
                        ~(Q(salary_min=None) | Q(salary_max=None) | Q(currency=""))
                        & Q(salary_max__gte=F("salary_min"))
                    )
                ),
                name="posting_salary_whole",
                violation_error_message=(
                    "Give a minimum, a maximum that is not below it, and a currency, or none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None)
                | Q(published_at=None)
                | Q(closes_at__gt=F("published_at")),
                name="posting_closes_after_published",
                violation_error_message="A posting closes after its publication.",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Check the dates here too: a form without `published_at` skips that constraint."""
        if self.closes_at and self.published_at and self.closes_at <= self.published_at:
            raise ValidationError({"closes_at": "A posting closes after its publication."})

    @property
    def is_open(self) -> bool:
        """Whether candidates can apply now; `selectors.open_postings` says the same in SQL."""
        return self.status == PostingStatus.PUBLISHED and (
            self.closes_at is None or self.closes_at > timezone.now()
        )

    @property
    def is_promoted(self) -> bool:
        """Whether it comes first now; `selectors.PromotedFirst` says the same in SQL."""
        return (
            self.is_open
            and self.promoted_until is not None
            and self.promoted_until > timezone.now()
        )


class Application(TimeStampedModel):
    """A candidate's application for a posting."""

    # What a candidate wrote goes with them. A posting with applications is closed, not deleted.
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="applications",
        db_index=False,
    )
    posting = models.ForeignKey(
        JobPosting, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    cover_letter = models.TextField(max_length=5_000)
    cv = UploadField("CV", upload_to="cvs", blank=True, editable=False)
    cv_name = models.CharField("CV's name", max_length=120, blank=True, editable=False)
    status = models.CharField(
        max_length=20,
        choices=ApplicationStatus,
        default=ApplicationStatus.SUBMITTED,
        editable=False,
    )
    # The number of the event that it was decided.
    decided_event = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["candidate", "-created_at"], name="application_candidate_idx"),
            models.Index(fields=["posting", "-created_at"], name="application_posting_idx"),
            models.Index(fields=["status", "-created_at"], name="application_status_idx"),
            models.Index(fields=["created_at"], name="application_created_at_idx"),
            models.Index(fields=["updated_at"], name="application_updated_at_idx"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["candidate", "posting"],
                name="application_once",
                violation_error_message="You have applied for this posting.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values),
                name="application_status_known",
                violation_error_message="This is not the status of an application.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidate} for {self.posting}"


class EventCounter(models.Model):
    """How many events there have been: one row, which the next event takes its number from."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last} events"
