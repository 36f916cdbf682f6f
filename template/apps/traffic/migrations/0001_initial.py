import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.traffic.networks


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockedIP",
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
                    "network",
                    apps.traffic.networks.NetworkField(
                        help_text="203.0.113.7, 2001:db8::/32",
                        max_length=49,
                        unique=True,
                        verbose_name="address or network",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "until",
                    models.DateTimeField(
                        blank=True, help_text="Without it: until unblocked.", null=True
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "blocked address",
                "verbose_name_plural": "blocked addresses",
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="SuspiciousIP",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.GenericIPAddressField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("many_requests", "Many requests"),
                            ("failed_logins", "Many failed log-ins"),
                            ("not_found", "Many addresses that do not exist"),
                            ("scan", "Asked for what intruders look for"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "count",
                    models.PositiveIntegerField(help_text="Of the requests that were the reason."),
                ),
                ("hour", models.DateTimeField(help_text="When it was found, as a full hour.")),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("anonymised", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "suspicious address",
                "verbose_name_plural": "suspicious addresses",
                "ordering": ("-last_seen",),
                "indexes": [models.Index(fields=["last_seen"], name="suspiciousip_last_seen_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("anonymised", False)),
                        fields=("hour", "address", "reason"),
                        name="suspiciousip_once_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["many_requests", "failed_logins", "not_found", "scan"])
                        ),
                        name="suspiciousip_reason_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "address",
                    models.GenericIPAddressField(
                        help_text="The client's; after some days, that of its network.", null=True
                    ),
                ),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=200)),
                ("status", models.PositiveSmallIntegerField()),
                ("duration", models.PositiveIntegerField(help_text="In milliseconds.")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("request_id", models.CharField(max_length=64)),
                ("anonymised", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "ordering": ("-at",),
                "indexes": [
                    models.Index(fields=["at"], name="requestlog_at_idx"),
                    models.Index(fields=["address", "at"], name="requestlog_address_at_idx"),
                    models.Index(
                        condition=models.Q(("user__isnull", False)),
                        fields=["user"],
                        name="requestlog_user_idx",
                    ),
                    models.Index(
                        condition=models.Q(("anonymised", False)),
                        fields=["at"],
                        name="requestlog_personal_idx",
                    ),
                ],
            },
        ),
    ]
