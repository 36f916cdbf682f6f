"""Test data."""

from allauth.account.models import EmailAddress
from factory.declarations import RelatedFactory, SelfAttribute, Sequence
from factory.django import DjangoModelFactory, Password
from factory.faker import Faker

from apps.accounts.models import User

PASSWORD = "correct-horse-battery"


class UserFactory(DjangoModelFactory[User]):
    """A user with the default role and the password ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda number: f"user{number}@example.com")
    full_name = Faker("name")
    password = Password(PASSWORD)


class EmailAddressFactory(DjangoModelFactory[EmailAddress]):
    """The proof that a user's address is the user's."""

    class Meta:
        model = EmailAddress

    email = SelfAttribute("user.email")
    verified = True
    primary = True


class VerifiedUserFactory(UserFactory):
    """A user who has proved the e-mail address, and so can log in over HTTP."""

    address = RelatedFactory(EmailAddressFactory, factory_related_name="user")
