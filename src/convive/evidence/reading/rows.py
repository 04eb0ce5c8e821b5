"""How a row of each shape is read: which fields it has, and the rules under which it is refused."""

from __future__ import annotations

from datetime import date

from convive.evidence.mapping import ABOUT, Column, SourceSpec
from convive.evidence.microdata.rows import add_respondent
from convive.evidence.reading import fields
from convive.evidence.reading.crs import DEGREES, same_system
from convive.evidence.reading.header import Header
from convive.evidence.reading.layers import Reading, slot
from convive.evidence.reading.when import add_moment, add_registered, add_span, add_vintage


def reading(spec: SourceSpec, header: Header, today: date) -> Reading:
    """The SQL that reads the rows of a file with this header.

    today : nothing that happened later can have been recorded.
    """
    made = _Builder(spec, header, today)
    {
        "counts": made.counts,
        "incidents": made.incidents,
        "survey": made.survey,
        "microdata": made.microdata,
    }[spec.shape]()
    return made.made


class _Builder:
    def __init__(self, spec: SourceSpec, header: Header, today: date) -> None:
        self.spec, self.header, self.today = spec, header, today
        self.made = Reading()
        for key, column in spec.every_column().items():
            self._clean(key, column)

    def _clean(self, key: str, column: Column) -> None:
        name = slot(key)
        if column.constant is not None:
            self.made.cleaned[name] = fields.literal(column.constant)
            self.made.names[key] = key
        elif key in self.header.bound:
            index = self.header.bound[key]
            self.made.cleaned[name] = fields.clean(f"c{index}", self.spec.file.missing)
            self.made.names[key] = " ".join(self.header.names[index].split())

    # One shape each

    def counts(self) -> None:
        made = self.made
        self._place(needed=True)
        add_span(self.made, self.spec, self.today)
        self._category()
        n = "r_n"
        made.typed["t_n"] = fields.whole(n, self.spec.file.thousands)
        made.reject("n", f"{n} IS NULL", "empty")
        made.reject("n", "t_n IS NULL", "not_whole")
        made.reject("n", "t_n < 0", "negative")
        made.kept["n"] = "t_n"
        self._about()
        add_registered(self.made, self.spec, self.today)
        add_vintage(self.made, self.spec, self.today)

    def incidents(self) -> None:
        """An incident of a source that has points alone may lack one: it happened all the same."""
        has_point = self.made.has("x") and self.made.has("y")
        if self.made.has("id"):
            self.made.reject("id", "r_id IS NULL", "empty")
            self.made.kept["id"] = "r_id"
        self._place(needed=not has_point)
        if has_point:
            self._point()
        if has_point and self.made.has("place"):
            self.made.reject("place", "r_place IS NULL AND t_x IS NULL", "no_place")
        add_moment(self.made, self.spec, self.today)
        self._category()
        self._about()
        add_registered(self.made, self.spec, self.today)
        add_vintage(self.made, self.spec, self.today)

    def survey(self) -> None:
        made, form = self.made, self.spec.file
        self._place(needed=True)
        add_span(self.made, self.spec, self.today)
        if self.spec.is_wide:
            slots: list[tuple[str, str]] = []
            for question in self.spec.questions:
                key = f"question:{question.code}"
                if key not in made.names:
                    continue
                raw, typed = slot(key), f"t_q{len(slots)}"
                made.typed[typed] = fields.number(raw, form.decimal, form.thousands)
                made.reject(key, f"{raw} IS NOT NULL AND {typed} IS NULL", "not_number")
                if question.unit == "percent":
                    made.reject(key, f"{typed} NOT BETWEEN 0 AND 100", "not_percent")
                made.kept[f"q{len(slots)}"] = typed
                slots.append((key, raw))
            if slots:
                none = " AND ".join(f"{raw} IS NULL" for _key, raw in slots)
                made.reject(slots[0][0], none, "empty")
            return
        self._question()
        for key in ("value", "lower", "upper", "se"):
            typed = f"t_{key}"
            if not self.made.has(key):
                continue
            made.typed[typed] = fields.number(f"r_{key}", form.decimal, form.thousands)
            if key == "value":
                made.reject(key, "r_value IS NULL", "empty")
            made.reject(key, f"r_{key} IS NOT NULL AND {typed} IS NULL", "not_number")
            made.kept[key] = typed
        if self.made.has("lower"):
            made.reject("lower", "t_lower > t_value", "not_around")
        if self.made.has("upper"):
            made.reject("upper", "t_upper < t_value", "not_around")
        if self.made.has("se"):
            made.reject("se", "t_se < 0", "negative")
        if self.made.has("n"):
            made.typed["t_n"] = fields.whole("r_n", form.thousands)
            made.reject("n", "r_n IS NOT NULL AND t_n IS NULL", "not_whole")
            made.reject("n", "t_n < 0", "negative")
            made.kept["n"] = "t_n"

    def microdata(self) -> None:
        add_respondent(self.made, self.spec, self.today, lambda: self._place(needed=True))

    # Fields that shapes share

    def _place(self, *, needed: bool) -> None:
        made, scheme = self.made, self.spec.place
        if not self.made.has("place"):
            return
        column = self.spec.columns["place"]
        made.typed["t_place_said"] = fields.mapped("r_place", column.values, column.otherwise)
        made.typed["t_place"] = fields.code(
            fields.mapped("r_place", column.values, column.otherwise), scheme.digits
        )
        if needed:
            made.reject("place", "r_place IS NULL", "empty")
        made.reject("place", "r_place IS NOT NULL AND t_place_said IS NULL", "unknown_value")
        made.reject("place", "r_place IS NOT NULL AND t_place IS NULL", "bad_code")
        # Without its scheme, which is the same for every row: DuckDB keeps short texts in place
        made.kept["place"] = "t_place"

    def _category(self) -> None:
        made, column = self.made, self.spec.columns["category"]
        if column.constant is not None:
            return  # nothing to check, and nothing to keep a million times
        made.typed["t_category"] = fields.one_line(
            fields.mapped("r_category", column.values, column.otherwise)
        )
        made.reject("category", "r_category IS NULL", "empty")
        made.reject("category", "t_category IS NULL", "unknown_value")
        made.reject("category", "length(t_category) > 200", "too_long")
        made.kept["category"] = "t_category"

    def _question(self) -> None:
        made, column = self.made, self.spec.columns["question"]
        made.typed["t_question"] = fields.mapped("r_question", column.values, column.otherwise)
        made.reject("question", "r_question IS NULL", "empty")
        known = ", ".join(fields.literal(question.code) for question in self.spec.questions)
        unknown = "t_question IS NULL" + (f" OR t_question NOT IN ({known})" if known else "")
        made.reject("question", unknown, "unknown_value")
        made.kept["question"] = "t_question"

    def _about(self) -> None:
        made = self.made
        readers = {"attempted": fields.truth, "victim_sex": fields.sex}
        for key in ABOUT:
            if not self.made.has(key):
                continue
            column = self.spec.columns[key]
            said = fields.mapped(f"r_{key}", column.values, column.otherwise)
            read = readers[key](said) if key in readers else said
            made.typed[f"t_{key}"] = read
            made.reject(key, f"r_{key} IS NOT NULL AND t_{key} IS NULL", "unknown_value")
            made.kept[key] = f"t_{key}" if key in readers else f"nullif(t_{key}, '')"

    def _point(self) -> None:
        """A position; two zeros are how many systems write that there is none."""
        made, form = self.made, self.spec.file
        for key in ("x", "y"):
            made.typed[f"t_{key}0"] = fields.number(f"r_{key}", form.decimal, form.thousands)
            made.reject(key, f"r_{key} IS NOT NULL AND t_{key}0 IS NULL", "not_number")
        made.reject("x", "r_x IS NULL AND r_y IS NOT NULL", "half_point")
        made.reject("y", "r_y IS NULL AND r_x IS NOT NULL", "half_point")
        for key in ("x", "y"):
            made.typed[f"t_{key}"] = f"CASE WHEN t_x0 <> 0 OR t_y0 <> 0 THEN t_{key}0 END"
            made.kept[key] = f"t_{key}"
        is_degrees = same_system(
            self.spec.crs, DEGREES
        )  # staging brings other systems into degrees
        made.kept["lon"] = "t_x" if is_degrees else "NULL::DOUBLE"
        made.kept["lat"] = "t_y" if is_degrees else "NULL::DOUBLE"
        if is_degrees:
            made.reject("x", "abs(t_x) > 180", "not_degrees")
            made.reject("y", "abs(t_y) > 90", "not_degrees")
