"""The programme: where it works, who takes part, and what each may do. Everything is dated."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from convive.access.permissions import (
    ROLE_DESCRIPTIONS,
    ROLE_NAMES,
    ROLES_OF_AN_ORGANISATION,
    Role,
)
from convive.kernel.texts import Named, Retirable, in_language


class Programme(models.Model):
    """The one programme of this home."""

    code = models.SlugField(unique=True)
    title_es = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    short_es = models.CharField(max_length=120)
    short_en = models.CharField(max_length=120)
    purpose_es = models.TextField()
    purpose_en = models.TextField()
    start = models.DateField()
    end = models.DateField()
    zone = models.CharField(max_length=64)
    country = models.CharField(max_length=2)
    # [{"number": "105", "name_es": ..., "name_en": ...}]: whom a person in danger calls first
    emergency = models.JSONField(default=list)
    # {"PE-INEI": {"digits": [2, 4, 6], "name_es": ..., "name_en": ...}}: codes nest by their digits
    schemes = models.JSONField(default=dict)
    # Population sources, the preferred first
    population_sources = models.JSONField(default=list)
    # {"default": 5, "sensitive": 10, ...} as the pack's thresholds.toml says
    thresholds = models.JSONField(default=dict)
    # {"uploads": 14, ...}: for how many days each class of data is kept, where the pack says so
    retention = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="programme_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def short(self) -> str:
        return in_language(self, "short")

    @property
    def purpose(self) -> str:
        return in_language(self, "purpose")


class Organisation(Named, Retirable):
    """A body that takes part: an agency, a ministry, a municipality, a funder, civil society."""

    class Kind(models.TextChoices):
        UN = "un", "UN"
        MINISTRY = "ministry"
        STATE = "state"  # other public bodies: prosecutor, judiciary, police, SUCAMEC
        REGIONAL = "regional"
        MUNICIPALITY = "municipality"
        CIVIL = "civil_society"
        FUNDER = "funder"

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    acronym_es = models.CharField(max_length=40, blank=True)
    acronym_en = models.CharField(max_length=40, blank=True)
    part_es = models.TextField()
    part_en = models.TextField()
    is_lead = models.BooleanField(default=False)
    is_funder = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="organisation_dates_in_order",
            )
        ]

    @property
    def acronym(self) -> str:
        return in_language(self, "acronym")

    @property
    def part(self) -> str:
        return in_language(self, "part")


class BoundaryEdition(Named, Retirable):
    """One drawing of the map: which places exist, and what belongs to each, in these years."""

    code = models.SlugField(unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    note_es = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    class Meta:
        ordering = ["valid_from"]

    @property
    def note(self) -> str:
        return in_language(self, "note")


class Place(Named, Retirable):
    """A place under a scheme and code. The same code in another scheme is another place."""

    class Level(models.TextChoices):
        COUNTRY = "country"
        REGION = "region"
        PROVINCE = "province"
        DISTRICT = "district"
        SETTLEMENT = "settlement"  # centro poblado

    scheme = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    in_programme = models.BooleanField(default=False)
    # A GeoJSON geometry in EPSG:4326, or None where the pack gives no outline
    outline = models.JSONField(null=True, blank=True)
    outline_is_schematic = models.BooleanField(default=True)
    # The same place under other schemes: {"PE-RENIEC": "120111"}
    other_codes = models.JSONField(default=dict)
    note_es = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    class Meta:
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="place_once_per_scheme"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
                name="place_dates_in_order",
            ),
        ]

    @property
    def ref(self) -> str:
        """`SCHEME:CODE`, the one way a place is written."""
        return f"{self.scheme}:{self.code}"

    @property
    def note(self) -> str:
        return in_language(self, "note")


class Composition(Retirable):
    """In `edition`, what an older edition called `whole` is made of `part`, and of other parts."""

    edition = models.ForeignKey(BoundaryEdition, on_delete=models.PROTECT, related_name="+")
    older = models.ForeignKey(BoundaryEdition, on_delete=models.PROTECT, related_name="+")
    whole = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="compositions")
    part = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "older", "whole", "part"], name="composition_once"
            )
        ]


class Population(Retirable):
    """How many people lived in a place, by whose account, within which boundaries."""

    TOTAL = "total"  # of sex and of age band: a row, never an empty value

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="populations")
    year = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=10, default=TOTAL)
    age_band = models.CharField(max_length=20, default=TOTAL)
    value = models.PositiveIntegerField()
    source = models.CharField(max_length=120)
    edition = models.ForeignKey(BoundaryEdition, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["place", "year", "sex", "age_band"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "year", "sex", "age_band", "source", "edition"],
                name="population_once",
            )
        ]


class CatalogueEntry(Named, Retirable):
    """What the pack lists by code and name: services, categories of concern, tiers of prevention,
    factors of a screening, contacts for safeguarding, bands of income, places that help, holidays,
    questions of risk.
    """

    class Kind(models.TextChoices):
        SERVICE = "service"
        CATEGORY = "category"
        TIER = "tier"
        FACTOR = "factor"
        CONTACT = "contact"
        INCOME = "income"
        RESOURCE = "resource"
        HOLIDAY = "holiday"
        RISK = "risk"  # a question about danger, asked of survivors of violence

    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.SlugField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="catalogue_code_once")]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str, password: str | None = None) -> User:
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account. What they may do stands in their memberships alone."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A dated role of a person, for one organisation (or all) and some districts (or all)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    all_districts = models.BooleanField(default=False)
    districts = models.ManyToManyField(Place, blank=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(r.value for r in ROLES_OF_AN_ORGANISATION))
                | Q(organisation__isnull=False),
                name="membership_of_an_organisation",
            ),
        ]

    @property
    def role_name(self) -> str:
        return str(ROLE_NAMES[Role(self.role)])

    @property
    def role_description(self) -> str:
        return str(ROLE_DESCRIPTIONS[Role(self.role)])


from convive.domain.programme import models_access  # noqa: E402, F401  known to Django with them
