"""Units and currencies, and which of them measure the same thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

# dimension: unit = size in the dimension's first unit: the words for it. Currencies are never exchanged.
_TABLE = """
length: m=1: m metre metres meter meters
length: km=1000: km kms kilometre kilometres kilometer kilometers
length: cm=0.01: cm centimetre centimetres centimeter centimeters
length: mm=0.001: mm millimetre millimetres millimeter millimeters
length: mi=1609.344: mi mile miles
length: yd=0.9144: yd yard yards
length: ft=0.3048: ft foot feet
length: in=0.0254: inch inches
length: nmi=1852: nmi
mass: kg=1: kg kgs kilo kilos kilogram kilograms
mass: g=0.001: g gram grams gramme grammes
mass: mg=0.000001: mg milligram milligrams
mass: t=1000: t tonne tonnes ton tons
mass: Mt=1000000000: megatonne megatonnes megaton megatons
mass: Gt=1000000000000: gigatonne gigatonnes gigaton gigatons
mass: lb=0.45359237: lb lbs pound pounds
mass: oz=0.0283495: oz ounce ounces
mass: st=6.35029: stone
area: m2=1: m2 m²
area: km2=1000000: km2 km² sqkm
area: mi2=2589988.11: sqmi mi²
area: ha=10000: ha hectare hectares
area: ac=4046.856: acre acres
area: ft2=0.09290304: sqft ft²
volume: l=1: l litre litres liter liters
volume: ml=0.001: ml millilitre millilitres milliliter milliliters
volume: gal=3.785411784: gallon gallons
volume: bbl=158.987: barrel barrels bbl
speed: km/h=1: km/h kmh kph
speed: mph=1.609344: mph
speed: kn=1.852: knot knots
span: s=1: second seconds sec secs
span: min=60: minute minutes min mins
span: h=3600: hour hours hr hrs
span: d=86400: day days
span: wk=604800: week weeks
months: mo=1: month months
months: yr=12: year years
months: dec=120: decade decades
months: cen=1200: century centuries
power: W=1: watt watts
power: kW=1000: kw kilowatt kilowatts
power: MW=1000000: mw megawatt megawatts
power: GW=1000000000: gw gigawatt gigawatts
data: MB=1: mb megabyte megabytes
data: GB=1000: gb gigabyte gigabytes
data: TB=1000000: tb terabyte terabytes
temperature: °C=1: celsius centigrade °c
temperature: °F=1: fahrenheit °f
degrees: °=1: degree degrees °
ratio: ppm=1: ppm
ratio: ppb=0.001: ppb
score: /=1: /
%: %=1: percent percentage
pp: pp=1: pp
$: $=1: $ dollar dollars usd us$
€: €=1: € euro euros eur
£: £=1: £ sterling gbp
¥: ¥=1: ¥ yen jpy
元: 元=1: yuan renminbi rmb cny
₹: ₹=1: ₹ rupee rupees inr rs
RUB: RUB=1: ₽ rouble roubles ruble rubles rub
₩: ₩=1: ₩ won krw
₺: ₺=1: ₺ lira try
₪: ₪=1: ₪ shekel shekels
CHF: CHF=1: chf franc francs
A$: A$=1: a$ aud au$
C$: C$=1: c$ cad ca$
NZ$: NZ$=1: nz$ nzd
HK$: HK$=1: hk$ hkd
SEK: SEK=1: sek krona kronor
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its symbol, what it measures, and its size in that dimension's first unit."""

    symbol: str
    dimension: str
    size: float


def _read_table() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for row in _TABLE.strip().splitlines():
        dimension, unit, words = row.split(": ")
        symbol, size = unit.split("=")
        found |= {word: Unit(symbol, dimension, float(size)) for word in words.split()}
    return found


_UNIT_OF = _read_table()
_BY_SYMBOL = {unit.symbol: unit for unit in _UNIT_OF.values()} | {"": Unit("", "", 1.0), "×": Unit("×", "×", 1.0)}
UNIT_WORDS = frozenset(_UNIT_OF)
_PREFIXED = "|".join(
    sorted((re.escape(w) for w in UNIT_WORDS if w.endswith("$") and len(w) > 1), key=len, reverse=True)
)
# What stands before an amount: $, US$, Rs., EUR.
BEFORE = re.compile(
    rf"(?:(?<![A-Za-z])(?:{_PREFIXED})|[$€£¥₹₽₩₺₪]|\b(?:USD|EUR|GBP|JPY|CHF|INR|RUB|CNY|RMB|SEK|Rs\.?))\s?$", re.I
)
_AFTER = re.compile(
    r"[\s-]*(?:(?P<points>percentage[\s-]points?|pp\b)|(?P<percent>%|per\s?cent\b|percent\b|percentage\b)"
    r"|(?P<ratio>ppm\b|ppb\b|parts\s+per\s+[mb]illion)|metric\s+(?P<metric>ton(?:ne)?s?)\b|(?P<huge>(?-i:[MG]t))\b"
    r"|(?P<nautical>nautical\s+miles?)"
    r"|(?:square|sq\.?)[\s-](?P<square>kilomet(?:re|er)s?|km|miles?|mi|met(?:re|er)s?|m|feet|foot|ft)\b"
    r"|(?P<square2>km2|km²|mi²|m2|m²|ft²)"
    r"|(?P<speed>km/h|kmh|kph|mph|(?:kilomet(?:re|er)s?|miles?)\s+(?:per|an)\s+hour)"
    r"|(?:degrees?\s+|°\s?)(?P<degrees>c|f|celsius|fahrenheit|centigrade)\b|(?P<degree>°)|(?P<word>[$€£]|[A-Za-z]+))",
    re.IGNORECASE,
)  # fmt: skip
_SQUARE = {"k": "km2", "m": "m2", "f": "ft2"}
# Words that are units only behind a number in digits or as part of one: "won 3 games", "a 2 stone wall", "try".
_NO_UNIT = frozenset({"won", "try", "stone", "min", "sec", "t", "g", "l", "in", "foot"})


def unit_before(text: str) -> str:
    """The symbol of the currency that ends a text, or an empty string."""
    found = BEFORE.search(text)
    return _UNIT_OF[found[0].strip().rstrip(".").lower()].symbol if found else ""


def unit_after(text: str) -> tuple[str, int]:
    """The symbol of the unit with which a text starts, or an empty string, and how many characters tell it."""
    found = _AFTER.match(text)
    if not found:
        return "", 0
    end = found.end()
    if found["points"]:
        return "pp", end
    if found["percent"]:
        return "%", end
    if found["nautical"]:
        return "nmi", end
    if ratio := found["ratio"]:
        return ("ppb" if ratio.lower().endswith(("b", "billion")) else "ppm"), end
    if plain := found["metric"] or found["huge"] or found["degree"]:
        return {"M": "Mt", "G": "Gt", "°": "°"}.get(plain[0], "t"), end
    if square := found["square"] or found["square2"]:
        return ("mi2" if square.lower().startswith("mi") else _SQUARE[square[0].lower()]), end
    if found["speed"]:
        return ("mph" if found["speed"].lower().startswith("m") else "km/h"), end
    if found["degrees"]:
        return ("°F" if found["degrees"].lower().startswith("f") else "°C"), end
    word = found["word"].lower()
    is_attached = not text[:1].isspace()
    unit = _UNIT_OF.get(word)
    if unit is None or (word in _NO_UNIT and not (is_attached and len(word) < 4)):
        return "", 0
    return unit.symbol, end


def dimension(symbol: str) -> str:
    """What a unit measures; an empty string for a count."""
    return _BY_SYMBOL[symbol].dimension


def comparable(symbol: str, other: str) -> bool:
    """Whether two units measure the same thing; "pounds" may be weight or money, "degrees" of either scale."""
    return dimension(symbol) == dimension(other) or _is_double(symbol, other)


def _is_double(symbol: str, other: str) -> bool:
    """Whether a unit may be meant for another one, at the same value."""
    return {symbol, other} in ({"lb", "£"}, {"°", "°C"}, {"°", "°F"})


def is_whole_ratio(symbol: str, other: str) -> bool:
    """Whether one unit is a whole number of the other, so that nothing is rounded between them."""
    if dimension(symbol) == "temperature" or dimension(symbol) != dimension(other):
        return symbol == other
    sizes = sorted((_BY_SYMBOL[symbol].size, _BY_SYMBOL[other].size))
    ratio = sizes[1] / sizes[0]
    return abs(ratio - round(ratio)) < 1e-9 * ratio


def convert(value: float, symbol: str, other: str) -> float:
    """A value in another unit of the same dimension."""
    if symbol == other or _is_double(symbol, other):
        return value
    if symbol == "°C":
        return value * 9 / 5 + 32
    if symbol == "°F":
        return (value - 32) * 5 / 9
    return value * _BY_SYMBOL[symbol].size / _BY_SYMBOL[other].size
