import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.payments.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
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
                    "tx_ref",
                    models.CharField(
                        default=apps.payments.models.new_tx_ref,
                        editable=False,
                        max_length=50,
                        unique=True,
                        verbose_name="reference at Chapa",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(help_text="What is done once it is paid.", max_length=40),
                ),
                (
                    "reference",
                    models.CharField(help_text="What it is done to, such as an id.", max_length=64),
                ),
                ("title", models.CharField(max_length=200)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("currency", models.CharField(default="ETB", max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("pending", "Waits for the payer"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        default="created",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("checkout_url", models.URLField(blank=True, editable=False, max_length=500)),
                (
                    "provider_reference",
                    models.CharField(blank=True, editable=False, max_length=100),
                ),
                ("failure_reason", models.CharField(blank=True, editable=False, max_length=200)),
                ("initialized_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "checked_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When Chapa was last asked.",
                        null=True,
                    ),
                ),
                ("paid_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="payment_user_idx"),
                    models.Index(fields=["purpose", "reference"], name="payment_purpose_idx"),
                    models.Index(fields=["status", "checked_at"], name="payment_status_idx"),
                    models.Index(fields=["created_at"], name="payment_created_at_idx"),
                    models.Index(fields=["paid_at"], name="payment_paid_at_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="payment_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["created", "pending", "paid", "failed", "expired"])
                        ),
                        name="payment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at__isnull", False), ("status", "paid")),
                            models.Q(
                                models.Q(("status", "paid"), _negated=True), ("paid_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="payment_paid_at_set",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "pending"), _negated=True),
                            models.Q(("checkout_url", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_pending_has_checkout",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("created", "pending"))),
                        fields=("user", "purpose", "reference"),
                        name="payment_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "Created"),
                            ("pending", "Waits for the payer"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("pending", "Waits for the payer"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("api", "API"),
                            ("webhook", "Webhook"),
                            ("return", "The payer's return"),
                            ("reconciliation", "Reconciliation"),
                            ("admin", "Admin"),
                        ],
                        max_length=15,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(fields=["payment", "id"], name="paymentevent_payment_idx"),
                ],
            },
        ),
    ]
