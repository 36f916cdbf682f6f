import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import apps.core.fields
import apps.core.uploads
from apps.core.postgresql.indexes import search_index


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Industry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=80)),
            ],
            options={
                "verbose_name_plural": "industries",
                "ordering": ("name", "id"),
                "indexes": [models.Index(fields=["name"], name="industry_name_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="industry_name_unique",
                        violation_error_message="An industry with this name exists.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("city", models.CharField(max_length=80)),
                ("country", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ("country", "city", "id"),
                "indexes": [
                    models.Index(fields=["country", "city"], name="location_country_city_idx"),
                    models.Index(fields=["city"], name="location_city_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("country"),
                        django.db.models.functions.text.Lower("city"),
                        name="location_country_city_unique",
                        violation_error_message="This city exists in this country.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [models.Index(fields=["name"], name="skill_name_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="skill_name_unique",
                        violation_error_message="A skill with this name exists.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.OneToOneField(
                        error_messages={"unique": "This employer has a company."},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="company",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True, max_length=2000)),
                ("website", models.URLField(blank=True)),
            ],
            options={
                "verbose_name_plural": "companies",
                "ordering": ("name", "id"),
                "indexes": [
                    models.Index(fields=["name"], name="company_name_idx"),
                    models.Index(fields=["created_at"], name="company_created_at_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="company_name_unique",
                        violation_error_message="A company with this name exists.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JobPosting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("title", models.CharField(max_length=120)),
                ("description", models.TextField(max_length=10000)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postings",
                        to="jobs.company",
                    ),
                ),
                (
                    "industry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="jobs.industry",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="jobs.location",
                    ),
                ),
                (
                    "employment_type",
                    models.CharField(
                        choices=[
                            ("full_time", "Full time"),
                            ("part_time", "Part time"),
                            ("contract", "Contract"),
                            ("temporary", "Temporary"),
                            ("internship", "Internship"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "salary_min",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Gross, a month, in whole units of the currency.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1000000000)],
                    ),
                ),
                (
                    "salary_max",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="The same as the minimum where the salary is fixed.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1000000000)],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ETB", "Ethiopian birr"),
                            ("EUR", "Euro"),
                            ("GBP", "Pound sterling"),
                            ("GHS", "Ghanaian cedi"),
                            ("KES", "Kenyan shilling"),
                            ("NGN", "Nigerian naira"),
                            ("RWF", "Rwandan franc"),
                            ("TZS", "Tanzanian shilling"),
                            ("UGX", "Ugandan shilling"),
                            ("USD", "US dollar"),
                            ("ZAR", "South African rand"),
                        ],
                        max_length=3,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "closes_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="From then on nobody can apply; empty: open until closed.",
                        null=True,
                    ),
                ),
                (
                    "promoted_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until then the posting comes first in the list.",
                        null=True,
                    ),
                ),
                (
                    "applications_count",
                    apps.core.fields.CounterField(default=0, editable=False),
                ),
                (
                    "published_event",
                    models.BigIntegerField(blank=True, editable=False, null=True, unique=True),
                ),
                (
                    "skills",
                    models.ManyToManyField(blank=True, related_name="postings", to="jobs.skill"),
                ),
            ],
            options={
                "ordering": (
                    models.OrderBy(models.F("published_at"), descending=True, nulls_first=True),
                    "-id",
                ),
                "indexes": [
                    models.Index(fields=["company", "-published_at"], name="posting_company_idx"),
                    models.Index(fields=["industry", "-published_at"], name="posting_industry_idx"),
                    models.Index(fields=["location", "-published_at"], name="posting_location_idx"),
                    models.Index(fields=["status", "-published_at"], name="posting_status_idx"),
                    models.Index(
                        fields=["employment_type", "-published_at"],
                        name="posting_employment_type_idx",
                    ),
                    models.Index(fields=["currency", "salary_min"], name="posting_currency_idx"),
                    models.Index(fields=["salary_min"], name="posting_salary_min_idx"),
                    models.Index(fields=["salary_max"], name="posting_salary_max_idx"),
                    models.Index(fields=["published_at"], name="posting_published_at_idx"),
                    models.Index(fields=["closes_at"], name="posting_closes_at_idx"),
                    models.Index(fields=["promoted_until"], name="posting_promoted_until_idx"),
                    models.Index(fields=["title"], name="posting_title_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "published", "closed"])),
                        name="posting_status_known",
                        violation_error_message="This is not the status of a posting.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("status", "draft")),
                            models.Q(
                                models.Q(("status", "draft"), _negated=True),
                                models.Q(("published_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="posting_published_at_set",
                        violation_error_message="A posting has a date of publication unless it is a draft.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", ""), ("salary_max", None), ("salary_min", None)),
                            models.Q(
                                models.Q(
                                    ("salary_min", None),
                                    ("salary_max", None),
                                    ("currency", ""),
                                    _connector="OR",
                                    _negated=True,
                                ),
                                ("salary_max__gte", models.F("salary_min")),
                            ),
                            _connector="OR",
                        ),
                        name="posting_salary_whole",
                        violation_error_message="Give a minimum, a maximum that is not below it, and a currency, or none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at", None),
                            ("published_at", None),
                            ("closes_at__gt", models.F("published_at")),
                            _connector="OR",
                        ),
                        name="posting_closes_after_published",
                        violation_error_message="A posting closes after its publication.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="jobs.jobposting",
                    ),
                ),
                ("cover_letter", models.TextField(max_length=5000)),
                (
                    "cv",
                    apps.core.uploads.UploadField(
                        blank=True, editable=False, upload_to="cvs", verbose_name="CV"
                    ),
                ),
                (
                    "cv_name",
                    models.CharField(
                        blank=True, editable=False, max_length=120, verbose_name="CV's name"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("submitted", "Submitted"),
                            ("under_review", "Under review"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=20,
                    ),
                ),
                (
                    "decided_event",
                    models.BigIntegerField(blank=True, editable=False, null=True, unique=True),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(
                        fields=["candidate", "-created_at"], name="application_candidate_idx"
                    ),
                    models.Index(fields=["posting", "-created_at"], name="application_posting_idx"),
                    models.Index(fields=["status", "-created_at"], name="application_status_idx"),
                    models.Index(fields=["created_at"], name="application_created_at_idx"),
                    models.Index(fields=["updated_at"], name="application_updated_at_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "posting"),
                        name="application_once",
                        violation_error_message="You have applied for this posting.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["submitted", "under_review", "accepted", "rejected", "withdrawn"],
                            )
                        ),
                        name="application_status_known",
                        violation_error_message="This is not the status of an application.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        TrigramExtension(),
        search_index("jobs_company", "name"),
        search_index("jobs_company", "description"),
        search_index("jobs_jobposting", "title"),
        search_index("jobs_jobposting", "description"),
    ]
