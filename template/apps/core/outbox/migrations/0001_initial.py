import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("payload", models.JSONField()),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("created_at",),
                "indexes": [models.Index(fields=["created_at"], name="outboxevent_created_at_idx")],
            },
        ),
        migrations.CreateModel(
            name="HandledEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.UUIDField()),
                ("consumer", models.CharField(max_length=200)),
                ("handled_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["handled_at"], name="handledevent_handled_at_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "consumer"), name="handledevent_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FailedTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task_id", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("args", models.JSONField()),
                ("kwargs", models.JSONField()),
                ("queue", models.CharField(max_length=100)),
                ("error", models.TextField()),
                ("traceback", models.TextField()),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("failed_at", models.DateTimeField()),
                ("retried_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-failed_at",),
                "indexes": [
                    models.Index(fields=["-failed_at"], name="failedtask_failed_at_idx"),
                    models.Index(fields=["name"], name="failedtask_name_idx"),
                ],
            },
        ),
    ]
