"""The words by which columns go in Spanish and English, and what each usually means.

A header is read without accents, case and punctuation, as a set of words: `FECHA_HECHO`,
`fechaHecho` and `Fecha del hecho` are the same.
"""

from __future__ import annotations

import re
import unicodedata

# Words that tell nothing on their own
_LITTLE = {"de", "del", "la", "el", "los", "las", "en", "of", "the", "a", "y", "and"}
_LITTLE |= {"cd", "cod", "hecho", "occur", "occurred"}

_DATE = (
    "fecha, fec, fch, date, fecha hecho, fecha ocurrencia, fecha delito, fecha suceso, "
    "offense date, offence date, incident date, occur date, event date, date occurred, occurred on"
)
# Role -> phrases; each is a set of words that must all stand in the header. The first role that
# matches with the longest phrase wins.
ROLE_WORDS: dict[str, str] = {
    "id": (
        "id, uid, uuid, guid, nro denuncia, numero denuncia, id denuncia, expediente, nro caso, "
        "numero caso, caso id, folio, correlativo, incident no, incident number, incident id, "
        "case number, case id, crime id, objectid, fid, codigo denuncia, "
        # “N°”, “Nº” and “No.” are read as n and no
        "n denuncia, no denuncia, num denuncia, n caso, no caso, num caso, n expediente, "
        "no expediente, nro expediente, num expediente, numero expediente, n registro, "
        "no registro, nro registro, numero registro, n parte, nro parte, numero parte"
    ),
    "place": (
        "ubigeo, ubigeo hecho, ubigeo inei, ubigeo reniec, codigo ubigeo, codigo distrito, "
        "cod distrito, iddist, id distrito, district code, place, place code, distrito, district, "
        "dist, distrito hecho, dist hecho, lugar, codigo lugar"
    ),
    "datetime": f"fecha hora, fechahora, datetime, date time, timestamp, fecha y hora, {_DATE}",
    "date": _DATE,
    "time": "hora, hora hecho, time, clock, occur time, hora ocurrencia, incident time",
    "from": (
        "inicio, desde, start, from, fecha inicio, fecha desde, date start, start date, date from, "
        "fecha inicial, hora inicio, start time, datetime from, begin, occurred from"
    ),
    "to": (
        "fin, hasta, end, to, fecha fin, fecha hasta, date end, end date, date to, fecha final, "
        "hora fin, end time, datetime to, termino, occurred to"
    ),
    "period": (
        "periodo, period, ano mes, anio mes, aniomes, anomes, year month, yearmonth, mes ano, "
        "mes, month, fecha, date"
    ),
    "year": "ano, anio, year, yr, ejercicio, ano hecho, anio hecho, gestion, anho",
    "month": "mes, month, mes hecho, nro mes, month number, mm",
    "day": "dia, day, dia hecho, day of month, dd",
    "hour": "hora, hour, hh",
    "minute": "minuto, minutos, minute, minutes, min, mi",
    "part": (
        "turno, turno hecho, parte dia, momento dia, franja horaria, franja, horario, shift, "
        "part of day, day part, daypart, time of day"
    ),
    "registered": (
        "fecha registro, fecha denuncia, fecha ingreso, fecha reporte, registrado, registered, "
        "reported, date reported, report date, reported date, fecha creacion, date recorded"
    ),
    "vintage": (
        "vintage, release, release date, fecha corte, fecha publicacion, fecha descarga, "
        "fecha actualizacion, publicado, corte, version, snapshot"
    ),
    "category": (
        "delito, tipo delito, tipo, tipo hecho, modalidad, modalidad hecho, p modalidades, "
        "modalidades, subtipo, subtipo hecho, offense, offence, offense type, crime, crime type, "
        "type, primary type, categoria, category, infraccion, falta, tipo infraccion, "
        "tipo denuncia, materia, generico, delito generico, clase, incidencia, tipo incidencia, "
        "tipo incidente, incidente, event type, subgenerico"
    ),
    "n": (
        "cantidad, cant, n, count, counts, numero, nro, num, total, casos, denuncias, conteo, cnt, "
        "frecuencia, numero denuncias, numero casos, total denuncias, nro casos, nro denuncias, "
        "n denuncias, no denuncias, num denuncias, n casos, no casos, n victimas, "
        "victimas, hechos, number, complaints, incidents, deaths, muertes, fallecidos, cases"
    ),
    "x": (
        "x, lon, long, lng, longitud, longitude, este, easting, east, utm x, x utm, coord x, "
        "x coord, coordenada x, coordx, lon hecho, long hecho, longitud hecho, utm este, xcoord, "
        "utm e, e utm"
    ),
    "y": (
        "y, lat, latitud, latitude, norte, northing, north, utm y, y utm, coord y, y coord, "
        "coordenada y, coordy, lat hecho, latitud hecho, utm norte, ycoord, utm n, n utm"
    ),
    "victim_sex": (
        "sexo, sex, genero, gender, sexo victima, victim sex, sexo agraviado, genero victima, "
        "vic sex"
    ),
    "age_band": (
        "edad, age, rango edad, grupo edad, grupo etario, age group, age band, edad victima, "
        "victim age, rango etario, vic age, edad agraviado"
    ),
    "weapon": (
        "arma, weapon, tipo arma, arma empleada, arma utilizada, medio empleado, weapon type, "
        "medio utilizado"
    ),
    "attempted": "tentativa, intento, attempted, frustrado, grado, is attempted, attempt",
    "question": "pregunta, question, indicador, indicator, variable",
    "value": "valor, value, estimate, estimacion, porcentaje, percent, percentage, pct",
    "lower": "limite inferior, lower, lower limit, inferior, li, lim inf, lo, ci low, lcl",
    "upper": "limite superior, upper, upper limit, superior, ls, lim sup, hi, ci high, ucl",
    "se": "error estandar, standard error, se, ee, std err",
    "weight": (
        "factor, factor expansion, ponderador, ponderacion, weight, weights, peso, pondera, "
        "factor ponderacion, factor07, fac"
    ),
    "stratum": "estrato, stratum, strata, estratos, layer",
    "cluster": "conglomerado, conglome, cluster, psu, upm, unidad primaria, segmento",
}

# Columns about people, and texts in which anybody may be named: never taken in
PERSONAL_WORDS = (
    "nombre, nombres, apellido, apellidos, name, first name, last name, surname, full name, "
    "nombre completo, nombres apellidos, dni, documento, nro documento, numero documento, "
    "documento identidad, carnet extranjeria, pasaporte, passport, ruc, telefono, celular, phone, "
    "mobile, telephone, correo, email, mail, direccion, domicilio, address, denunciante, "
    "agraviado, agraviada, victima, imputado, denunciado, sospechoso, victim, suspect, "
    "complainant, offender, nombre victima, victim name, placa, license plate, "
    "fecha nacimiento, birth date, date of birth, dob"
)
TEXT_WORDS = (
    "observacion, observaciones, descripcion, description, relato, narracion, narrative, resumen, "
    "comentario, comentarios, comments, notes, notas, detalle, detalles, glosa, resena"
)
# Words that leave no doubt that a column lists offences
CRIME_WORDS = (
    "delito, modalidad, modalidades, offense, offence, crime, infraccion, incidencia, falta, "
    "generico, subgenerico, incidente, incident"
)
# What surroundings a column names beside its place
AREA_WORDS = (
    "departamento, dpto, dpto hecho, region, provincia, prov, prov hecho, province, state, "
    "departamento hecho, provincia hecho"
)


def fold(text: str) -> str:
    """Small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(header: str) -> tuple[str, ...]:
    """The words of a header, in order: `fechaHecho` is two, `X_COORD` too."""
    parted = re.sub(r"([a-zà-ÿ0-9])([A-ZÀ-Þ])", r"\1 \2", header)
    return tuple(re.findall(r"[a-z]+|[0-9]+", fold(parted)))


_NUMBER_HEAD = re.compile(
    r"(?:n ?[°º˚o]\.?|n\.|nro\.?|n[uú]m\.?|n[uú]mero|[ií]tem|#|correlativo)(?: (?:de )?orden)?",
    re.IGNORECASE,
)


def is_number_head(header: str) -> bool:
    """Whether a header says that it is a number, and not of what: N°, Nro., Ítem."""
    return bool(_NUMBER_HEAD.fullmatch(" ".join(header.split())))


def match(header: str, phrases: str) -> float:
    """How well one of the phrases names the header: 1 all of it, less a part of it, 0 none."""
    said = [word for word in words(header) if word not in _LITTLE] or list(words(header))
    joined = "".join(said)
    best = 0.0
    for phrase in phrases.split(","):
        wanted = [word for word in phrase.split() if word not in _LITTLE] or phrase.split()
        if not wanted:
            continue
        if wanted == said or "".join(wanted) == joined:
            return 1.0
        # A single letter inside a longer header says too little
        if set(wanted) <= set(said) and max(map(len, wanted)) > 1:
            best = max(best, 0.5 + 0.4 * len(wanted) / len(said))
    return best
