"""Demo data: companies of the demo employers, postings, applications of the demo candidates."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count, product
from random import Random
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.jobs import counters
from apps.jobs.models import (
    Application,
    ApplicationStatus,
    Company,
    Currency,
    EmploymentType,
    EventCounter,
    Industry,
    JobPosting,
    Location,
    PostingStatus,
    Skill,
)


class Place(NamedTuple):
    """A location, and what a month of work is paid there."""

    city: str
    country: str
    currency: Currency
    salary: int


class Job(NamedTuple):
    """A kind of work, and what it asks for."""

    industry: str
    title: str
    skills: tuple[str, ...]


PLACES = (
    Place("Nairobi", "Kenya", Currency.KES, 120_000),
    Place("Mombasa", "Kenya", Currency.KES, 90_000),
    Place("Kisumu", "Kenya", Currency.KES, 80_000),
    Place("Kampala", "Uganda", Currency.UGX, 2_500_000),
    Place("Gulu", "Uganda", Currency.UGX, 1_800_000),
    Place("Kigali", "Rwanda", Currency.RWF, 900_000),
    Place("Dar es Salaam", "Tanzania", Currency.TZS, 1_700_000),
    Place("Arusha", "Tanzania", Currency.TZS, 1_300_000),
    Place("Addis Ababa", "Ethiopia", Currency.ETB, 40_000),
    Place("Hawassa", "Ethiopia", Currency.ETB, 30_000),
    Place("Lagos", "Nigeria", Currency.NGN, 650_000),
    Place("Abuja", "Nigeria", Currency.NGN, 600_000),
    Place("Accra", "Ghana", Currency.GHS, 8_000),
    Place("Cape Town", "South Africa", Currency.ZAR, 35_000),
    Place("Johannesburg", "South Africa", Currency.ZAR, 38_000),
    Place("Berlin", "Germany", Currency.EUR, 4_200),
    Place("Lisbon", "Portugal", Currency.EUR, 2_400),
    Place("London", "United Kingdom", Currency.GBP, 3_800),
    Place("New York", "United States", Currency.USD, 6_500),
)
JOBS = (
    Job("Software", "Backend developer", ("Python", "Django", "PostgreSQL")),
    Job("Software", "Frontend developer", ("JavaScript", "TypeScript", "React")),
    Job("Software", "Mobile developer", ("Kotlin", "Flutter")),
    Job("Software", "Quality engineer", ("Python", "Test automation")),
    Job("Software", "Site reliability engineer", ("Linux", "Docker", "Kubernetes")),
    Job("Financial services", "Credit analyst", ("Spreadsheets", "Risk analysis")),
    Job("Financial services", "Mobile money agent supervisor", ("Customer care", "Swahili")),
    Job("Financial services", "Data analyst", ("SQL", "Statistics", "Spreadsheets")),
    Job("Agriculture", "Agronomist", ("Crop science", "Field work")),
    Job("Agriculture", "Coffee quality taster", ("Quality control", "Field work")),
    Job("Agriculture", "Co-operative manager", ("Bookkeeping", "Team leadership")),
    Job("Health care", "Clinical officer", ("Patient care", "First aid")),
    Job("Health care", "Pharmacist", ("Dispensing", "Stock keeping")),
    Job("Health care", "Laboratory technician", ("Sample analysis", "Quality control")),
    Job("Education", "Mathematics teacher", ("Teaching", "English")),
    Job("Education", "Curriculum designer", ("Teaching", "Writing")),
    Job("Renewable energy", "Solar installer", ("Electrical work", "Driving licence")),
    Job("Renewable energy", "Grid engineer", ("Electrical work", "Project planning")),
    Job("Logistics", "Fleet coordinator", ("Route planning", "Swahili")),
    Job("Logistics", "Warehouse supervisor", ("Stock keeping", "Team leadership")),
    Job("Tourism", "Safari guide", ("English", "French", "Driving licence")),
    Job("Tourism", "Hotel receptionist", ("Customer care", "English")),
    Job("Construction", "Site foreman", ("Project planning", "Team leadership")),
    Job("Construction", "Quantity surveyor", ("Cost estimation", "Spreadsheets")),
    Job("Media", "Radio producer", ("Sound editing", "Amharic")),
    Job("Media", "Graphic designer", ("Illustration", "Typography")),
    Job("Retail", "Shop manager", ("Bookkeeping", "Customer care")),
    Job("Retail", "Merchandise planner", ("Spreadsheets", "Stock keeping")),
)
COMPANY_FIRST = (
    *("Acacia", "Baobab", "Crane", "Damu", "Elgon", "Gazelle", "Highland", "Indigo", "Jacaranda"),
    *("Kilele", "Lakeside", "Marula", "Nyota", "Papyrus", "Savanna", "Tana", "Umoja", "Virunga"),
)
COMPANY_LAST = ("Works", "Partners", "Labs", "Collective", "Group", "Studio", "Supply", "Trust")
COMPANY_WORDS = (
    "A small team that looks after its customers for years.",
    "Founded by two neighbours, now at work in four countries.",
    "We train our own people, and most of them stay.",
    "We make dull things work well, so that others can do great ones.",
)
TASKS = (
    "You plan your week with the team and own what you start.",
    "You show newcomers how the work is done, and write down what you learn.",
    "You find out what our customers need before anything is made.",
    "You keep the quality up when the season is busy.",
)
OFFERS = (
    "We offer health cover, fair hours and a yearly training budget.",
    "We pay on time, share the profit and close between Christmas and New Year.",
    "You get a mentor, transport home after late shifts, and 25 days of leave.",
)
LETTERS = (
    "I have done this work for three years and would like to do it for you.",
    "Your posting names exactly what I enjoy: I can start next month.",
    "I have just finished my training and learn quickly. May I show you my portfolio?",
    "I am moving to your city and bring five years of practice with me.",
)
POSTINGS_PER_COMPANY = (3, 7)
APPLICATIONS_PER_CANDIDATE = (3, 9)
STATUSES = (PostingStatus.PUBLISHED,) * 8 + (PostingStatus.DRAFT, PostingStatus.CLOSED)
BATCH = 1000


def seed(users: int, rng: Random) -> str:
    """Give each demo employer a company with postings, and each demo candidate applications.

    How much that is follows from the number of demo accounts; who has some already gets no more.
    """
    industries, locations, skills = _industries(), _locations(), _skills()
    companies = _companies(rng)
    postings = _postings(rng, companies, industries, locations, skills)
    applications = _applications(rng)
    counters.recount()
    EventCounter.objects.get_or_create(pk=1)  # demo data is no news: nobody is told of it
    return f"{len(companies)} companies, {len(postings)} postings, {len(applications)} applications"


def _demo_users(role: Role) -> QuerySet[User]:
    """Return the accounts of a role that are not a real person's."""
    return User.objects.filter(role=role, email__endswith="@example.com").order_by("pk")


def _industries() -> dict[str, Industry]:
    """Make the industries that are missing; return all by name, in lower case."""
    names = sorted({job.industry for job in JOBS})
    Industry.objects.bulk_create([Industry(name=name) for name in names], ignore_conflicts=True)
    return {industry.name.lower(): industry for industry in Industry.objects.all()}


def _locations() -> dict[tuple[str, str], Location]:
    """Make the locations that are missing; return all by city and country, in lower case."""
    Location.objects.bulk_create(
        [Location(city=place.city, country=place.country) for place in PLACES],
        ignore_conflicts=True,
    )
    return {
        (location.city.lower(), location.country.lower()): location
        for location in Location.objects.all()
    }


def _skills() -> dict[str, Skill]:
    """Make the skills that are missing; return all by name, in lower case."""
    names = sorted({skill for job in JOBS for skill in job.skills})
    Skill.objects.bulk_create([Skill(name=name) for name in names], ignore_conflicts=True)
    return {skill.name.lower(): skill for skill in Skill.objects.all()}


def _companies(rng: Random) -> list[Company]:
    """Make a company for each demo employer who has none."""
    names = _company_names(rng)
    return Company.objects.bulk_create(
        [
            Company(
                owner=owner,
                name=name,
                description=rng.choice(COMPANY_WORDS),
                website=f"https://{name.lower().replace(' ', '-')}.example.com",
            )
            for owner, name in zip(
                _demo_users(Role.EMPLOYER).filter(company=None), names, strict=False
            )
        ],
        batch_size=BATCH,
    )


def _company_names(rng: Random) -> Iterator[str]:
    """Yield names that no company has, without an end."""
    taken = {name.lower() for name in Company.objects.values_list("name", flat=True)}
    for number in count(1):
        pairs = list(product(COMPANY_FIRST, COMPANY_LAST))
        rng.shuffle(pairs)
        for first, last in pairs:
            name = f"{first} {last}" if number == 1 else f"{first} {last} {number}"
            if name.lower() not in taken:
                yield name


def _postings(
    rng: Random,
    companies: list[Company],
    industries: dict[str, Industry],
    locations: dict[tuple[str, str], Location],
    skills: dict[str, Skill],
) -> list[JobPosting]:
    """Make postings of the companies, with their skills."""
    now = timezone.now()
    postings: list[JobPosting] = []
    wanted: list[tuple[str, ...]] = []
    for company in companies:
        for _ in range(rng.randint(*POSTINGS_PER_COMPANY)):
            job, place = rng.choice(JOBS), rng.choice(PLACES)
            status = rng.choice(STATUSES)
            posting = JobPosting(
                company=company,
                industry=industries[job.industry.lower()],
                location=locations[place.city.lower(), place.country.lower()],
                title=job.title,
                description=f"{rng.choice(TASKS)} {rng.choice(OFFERS)}",
                employment_type=rng.choice(EmploymentType.values),
                status=status,
            )
            if status != PostingStatus.DRAFT:
                posting.published_at = now - timedelta(minutes=rng.randrange(60 * 24 * 45))
            if status == PostingStatus.PUBLISHED and rng.random() < 0.05:
                posting.promoted_until = now + timedelta(days=rng.randint(1, 30))
            if rng.random() < 0.7:
                posting.closes_at = now + timedelta(days=rng.randint(5, 60))
            if rng.random() < 0.8:
                posting.salary_min = place.salary * rng.randint(6, 12) // 10
                posting.salary_max = posting.salary_min * rng.randint(10, 16) // 10
                posting.currency = place.currency
            postings.append(posting)
            wanted.append(job.skills)
    JobPosting.objects.bulk_create(postings, batch_size=BATCH)
    through = JobPosting.skills.through
    through.objects.bulk_create(
        [
            through(jobposting_id=posting.pk, skill_id=skills[name.lower()].pk)
            for posting, names in zip(postings, wanted, strict=True)
            for name in names
        ],
        batch_size=BATCH,
    )
    return postings


def _applications(rng: Random) -> list[Application]:
    """Make applications of each demo candidate who has none."""
    postings = list(
        JobPosting.objects.exclude(status=PostingStatus.DRAFT).values_list("pk", flat=True)
    )
    return Application.objects.bulk_create(
        [
            Application(
                candidate=candidate,
                posting_id=posting,
                cover_letter=rng.choice(LETTERS),
                status=rng.choice(ApplicationStatus.values),
            )
            for candidate in _demo_users(Role.CANDIDATE).filter(applications=None)
            for posting in rng.sample(
                postings, min(len(postings), rng.randint(*APPLICATIONS_PER_CANDIDATE))
            )
        ],
        batch_size=BATCH,
    )
