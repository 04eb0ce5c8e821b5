"""The rules by which the sample evidence is made. docs/demo.md states every number of this file.

They are chosen so that each thing the observatory must handle occurs once. They describe no place:
the codes are those of the Trujillo pack, the levels are invented.
"""

from __future__ import annotations

SEED = 20140522
YEARS = (2022, 2023, 2024)

# Complaints per 100,000 people and year, where nothing else is said
LEVEL = {
    "homicidio": 8.0,
    "lesiones": 160.0,
    "robo": 420.0,
    "hurto": 560.0,
    "extorsion": 140.0,
    "drogas": 60.0,
    "violencia-familiar": 700.0,
}

# A district's level as a multiple of that; a district that is not named stands at OTHER_DISTRICTS
DISTRICT = {
    "PE-INEI:130101": 1.3,  # Trujillo
    "PE-INEI:130102": 1.25,  # El Porvenir
    "PE-INEI:130103": 1.0,  # Florencia de Mora
    "PE-INEI:130105": 1.15,  # La Esperanza
    "PE-INEI:130112": 1.2,  # Alto Trujillo
}
OTHER_DISTRICTS = 0.7

# Change from one year to the next, even over the months; an offence not named does not change
YEARLY = {"extorsion": 1.18, "robo": 0.96, "drogas": 1.05}

# More in summer: a cosine with its peak in January, this much above and below the year's mean
SEASON = 0.12

# Two changes of level, in La Esperanza: of robbery, and lately of assault
STEP_PLACE = "PE-INEI:130105"
STEPS = {"robo": ((2023, 7), 0.75), "lesiones": ((2024, 2), 1.5)}

# Until the last month before SPLIT, what happens in the part is booked under the whole
WHOLE, PART, SPLIT = "PE-INEI:130102", "PE-INEI:130112", (2024, 1)

# The share already registered when the file was cut off, for its last months
LATE = {(2024, 11): 0.9, (2024, 12): 0.6}

# Offences whose records carry a position. The others are never placed finer than a district
PLACED = ("homicidio", "lesiones", "robo", "hurto", "drogas")
UNPLACED = ("extorsion",)

# Where: this share falls around a district's few corners, normally spread; the rest anywhere in it
CORNERS, NEAR_CORNER, SPREAD_METRES = 4, 0.6, 350.0
DECIMALS = 4  # of a degree: about 11 m

# When within the day, and how often a robbery is only attempted
DAY_PARTS = {"dawn": 0.1, "morning": 0.2, "afternoon": 0.3, "night": 0.4}
ATTEMPTED = {"robo": 0.1}
# How many of those it happened to are women; of how many nobody wrote it down. Drugs have no victim
VICTIMS = {"homicidio": 0.18, "lesiones": 0.36, "robo": 0.44, "hurto": 0.51, "extorsion": 0.38}
NO_VICTIM = 0.03

# The survey: true shares by year, added points by district, people asked in each
SURVEY = {
    "victimisation": (0.34, 0.33, 0.31),
    "fear": (0.88, 0.87, 0.86),
    "trust-police": (0.22, 0.23, 0.24),
}
SURVEY_DISTRICT = {
    "PE-INEI:130102": 0.03,
    "PE-INEI:130103": 0.0,
    "PE-INEI:130105": 0.02,
    "PE-INEI:130112": 0.04,
}
ASKED = 400

# The same survey's questionnaires, one round: blocks drawn in each district, people in each block
FIELDWORK = (2024, 10)
BLOCKS, IN_BLOCK = 24, 10
ADULTS = (
    0.68  # of the people of a district; one adult of a house is asked, who stands for all of it
)
HOUSE = 4  # adults of a house: 1 to this, all as often
WOMEN = 0.52
ALIKE = 0.5  # people of one block answer alike: standard deviation on the logit scale
UNSAID = 0.04  # share that does not answer a question with a scale
# Share who say yes: women, men
ANSWERS = {
    "robbed": (0.29, 0.33),
    "hit": (0.08, 0.1),
    "insulted": (0.17, 0.12),
    "forced": (0.04, 0.01),
    "safe": (0.21, 0.36),
    "police": (0.25, 0.23),
    "council": (0.19, 0.2),
}
SCALES = ("safe", "police", "council")  # 1 and 2 mean yes, 3 and 4 no, 9 does not know

# What the programme achieved: the mean of each quarter, by indicator and district. An indicator
# with a share has a denominator of that mean, and a binomial numerator
QUARTERS = (
    "2014Q3", "2014Q4", "2015Q1", "2015Q2", "2015Q3", "2015Q4",
    "2016Q1", "2016Q2", "2016Q3", "2016Q4", "2017Q1",
)  # fmt: skip
ACHIEVED = {
    "back-in-school": {"PE-INEI:130102": 12, "PE-INEI:130103": 5, "PE-INEI:130105": 14},
    "girls-and-young-women-reached": {
        "PE-INEI:130102": 42,
        "PE-INEI:130103": 20,
        "PE-INEI:130105": 46,
    },
    "concerns-answered": {"PE-INEI:130102": 60, "PE-INEI:130103": 30, "PE-INEI:130105": 70},
}
SHARE = {"concerns-answered": 0.7}

# Lists of people: how many there are, the share of them on each agency's list, how they are written
ON_LISTS = 15_000
LISTS = {"unodc": 0.09, "undp": 0.12, "unfpa": 0.16, "paho-who": 0.14, "unlirec": 0.09}
LIST_PLACES = {"El Porvenir": 0.39, "Florencia de Mora": 0.18, "La Esperanza": 0.43}
LIST_WOMEN, WITH_DNI = 0.58, 0.75
WRITTEN_WRONG = {
    "typo": 0.04, "one name": 0.08, "no mother": 0.03, "no birth": 0.03, "no dni": 0.15,
    "no consent": 0.02,
}  # fmt: skip
# Sealed records of a protection unit, from so many months before the demo is built
WALL_RECORDS, WALL_MONTHS = 12, 6
WALL_ACTS = (
    ("physical_assault", "physical"),
    ("psychological", "psychological"),
    ("sexual_assault", "sexual"),
    ("denial", "economic"),
)
WALL_AGES = ("18-25", "26-40", "41-60")
WALL_RELATIONS = ("partner", "former_partner", "relative")
SURNAMES = (
    "AGUILAR", "ALVA", "ARROYO", "ASMAT", "AZABACHE", "BACILIO", "BAZAN", "BENITES", "BLAS",
    "CABRERA", "CASTILLO", "CASTRO", "CHAVEZ", "CRUZ", "CRUZADO", "DIAZ", "ESPEJO", "ESPINOZA",
    "FERNANDEZ", "FLORES", "GAMBOA", "GARCIA", "GOMEZ", "GONZALES", "GUTIERREZ", "GUZMAN",
    "HERNANDEZ", "HERRERA", "HORNA", "HUAMAN", "JARA", "LEON", "LOPEZ", "LUJAN", "MARTINEZ",
    "MEDINA", "MENDOZA", "MORENO", "NARRO", "NEYRA", "NUNEZ", "OTINIANO", "PAREDES", "PEREZ",
    "POLO", "QUISPE", "RAMIREZ", "RAMOS", "REYES", "RODRIGUEZ", "ROJAS", "ROMERO", "RUIZ",
    "SALINAS", "SANCHEZ", "SANDOVAL", "SILVA", "TORRES", "VALVERDE", "VARGAS", "VASQUEZ", "VEGA",
    "VELASQUEZ", "VERA", "VILLANUEVA", "ZAVALETA",
)  # fmt: skip
GIVEN_WOMEN = (
    "ANA", "ANGELA", "CARMEN", "CLAUDIA", "DIANA", "ELENA", "FLOR", "GLADYS", "JULIA", "KARINA",
    "LIDIA", "LUCIA", "LUZ", "MARIA", "MARITZA", "MILAGROS", "NANCY", "NORMA", "PAOLA", "PATRICIA",
    "PILAR", "ROSA", "ROSARIO", "RUTH", "SANDRA", "SILVIA", "SONIA", "TERESA", "VANESSA", "YESENIA",
)  # fmt: skip
GIVEN_MEN = (
    "ALBERTO", "ALEX", "ANDRES", "ANGEL", "ANTONIO", "CARLOS", "CESAR", "DANIEL", "DAVID", "DIEGO",
    "EDUARDO", "FELIX", "FERNANDO", "HUGO", "JAVIER", "JESUS", "JORGE", "JOSE", "JUAN", "JULIO",
    "LUIS", "MANUEL", "MARCO", "MARIO", "MIGUEL", "OSCAR", "PEDRO", "RAUL", "ROBERTO", "VICTOR",
)  # fmt: skip

# Courses and referrals of two registers
COURSE_AGES = ("15–17", "18–24", "25–29")
COMES = 0.88  # to a session, whoever has a place
LEAVE_AFTER, LEAVES_ONE_OF = 2, 8  # after the third session one of eight leaves, for work
COURSE_HOURS = 20
ANSWERS_LATER, HAS_WORK = 0.8, 0.4  # of those who completed, when they are asked
GIVEN, GIVEN_RESOURCE = 14, "csmc-alto-trujillo"
REFERRALS = 8
TO_CEM, CEM_SERVICE = 3, "psychosocial-support"
CASES, CASE_NEEDS, TO_BE_DONE = 30, 2, 8  # of the last, somebody has to do something soon
AGREE_TO_MORE = 0.6  # share of a register that agrees to be called, and to being told to others
