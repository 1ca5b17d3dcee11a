"""A contact of Odoo as an address for the platform."""

from ...providers.canonical import Address

NAME_PART = 50  # characters of a first or last name; a longer one stands in the whole name only


def build_address(partner):
    """The address of a contact; what it lacks comes from the contact it belongs to."""
    place = _find_place(partner)
    named = partner if partner.name or not partner.parent_id else partner.parent_id
    name = _clean(named.name)
    company = _clean(named.commercial_company_name)
    first_name, last_name = ("", "") if named.is_company else split_name(name)
    phone = _clean(_first(partner, "phone"))
    return Address(
        name=name,
        first_name=first_name,
        last_name=last_name,
        name_extension=company if company != name else "",
        customer_number=_clean(_first(partner, "ref")),
        street=_clean(place.street),
        street_extension=_clean(place.street2),
        zip=_clean(place.zip),
        city=_clean(place.city),
        province=_clean(place.state_id.name),
        country=(place.country_id.code or "").upper(),
        phone_private="" if named.is_company else phone,
        phone_office=phone if named.is_company else "",
        email=_clean(_first(partner, "email_normalized") or _first(partner, "email")),
        vat=_clean(_first(partner, "vat")).strip("/"),  # Odoo's "/" says that there is none
    )


def split_name(name):
    """First and last name, cut at the last blank; none when a part is missing or too long."""
    first, _blank, last = name.rpartition(" ")
    fits = 0 < len(first) <= NAME_PART and 0 < len(last) <= NAME_PART
    return (first, last) if fits else ("", "")


def _find_place(partner):
    """The contact whose address counts: its own, or its parent's if it has none at all."""
    place = partner
    while place.parent_id and not place._get_address_values():
        place = place.parent_id
    return place


def _first(partner, name):
    """A value of the contact, of the one it belongs to, or of their company."""
    of_all = (partner[name], partner.parent_id[name], partner.commercial_partner_id[name])
    return next(filter(None, of_all), "")


def _clean(text):
    """One line, without blanks around or double ones within."""
    return " ".join((text or "").split())
