"""Whom an order goes to and who pays it: contacts, companies, and addresses that belong to them."""

from odoo.tests import tagged

from ..models.documents.sale_order_address import split_name
from .documents_case import DocumentsCase
from .order_case import HOME, Sales


@tagged("post_install", "-at_install")
class TestOrderAddress(Sales, DocumentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.firm = cls.make_partner("Firma GmbH", is_company=True, ref="D-17", vat="DE136695976")

    @classmethod
    def make_partner(cls, name, **vals):
        home = {} if vals.get("parent_id") else HOME | {"country_id": cls.germany.id}
        return cls.env["res.partner"].create({"name": name, **home, **vals})

    def addresses(self, ship_to, sell_to=None):
        order = self.sell(
            (self.mug, 1),
            partner_id=ship_to.id,
            partner_shipping_id=ship_to.id,
            partner_invoice_id=(sell_to or ship_to).id,
        )
        canonical = self.prepare(order)
        return canonical.ship_to, canonical.sell_to

    def test_person(self):
        person = self.make_partner(" Ada  Maria Example ", street2="2nd floor", ref="C-1")
        ship_to, sell_to = self.addresses(person)
        self.assertIsNone(sell_to)
        self.assertEqual(ship_to.name, "Ada Maria Example")
        self.assertEqual((ship_to.first_name, ship_to.last_name), ("Ada Maria", "Example"))
        self.assertEqual((ship_to.name_extension, ship_to.customer_number), ("", "C-1"))
        self.assertEqual((ship_to.street, ship_to.street_extension), ("Am Hafen 3", "2nd floor"))
        self.assertEqual((ship_to.zip, ship_to.city, ship_to.country), ("20457", "Hamburg", "DE"))
        self.assertEqual((ship_to.phone_private, ship_to.phone_office), (person.phone, ""))
        self.assertEqual((ship_to.email, ship_to.vat), ("ada@example.com", ""))

    def test_company(self):
        ship_to, _sell_to = self.addresses(self.firm)
        self.assertEqual((ship_to.name, ship_to.name_extension), ("Firma GmbH", ""))
        self.assertEqual((ship_to.first_name, ship_to.last_name), ("", ""))
        self.assertEqual((ship_to.phone_private, ship_to.phone_office), ("", self.firm.phone))
        self.assertEqual((ship_to.customer_number, ship_to.vat), ("D-17", "DE136695976"))

    def test_contact_of_a_company(self):
        contact = self.make_partner("Bo Buyer", parent_id=self.firm.id, email="bo@example.com")
        ship_to, _sell_to = self.addresses(contact)
        self.assertEqual((ship_to.first_name, ship_to.last_name), ("Bo", "Buyer"))
        self.assertEqual((ship_to.name, ship_to.name_extension), ("Bo Buyer", "Firma GmbH"))
        self.assertEqual((ship_to.street, ship_to.city), ("Am Hafen 3", "Hamburg"))
        self.assertEqual((ship_to.email, ship_to.customer_number), ("bo@example.com", "D-17"))

    def test_person_with_a_company_name(self):
        person = self.make_partner("Ada Example", company_name="Example & Co")
        ship_to, _sell_to = self.addresses(person)
        self.assertEqual(ship_to.name_extension, "Example & Co")

    def test_address_without_a_name_of_its_own(self):
        depot = self.make_partner(
            False,
            parent_id=self.firm.id,
            type="delivery",
            street="Dock 9",
            zip="28195",
            city="Bremen",
            country_id=self.germany.id,
        )
        ship_to, sell_to = self.addresses(depot, self.firm)
        self.assertEqual((ship_to.name, ship_to.first_name), ("Firma GmbH", ""))
        self.assertEqual((ship_to.street, ship_to.city), ("Dock 9", "Bremen"))
        self.assertEqual(ship_to.phone_office, self.firm.phone)
        self.assertEqual((sell_to.name, sell_to.city), ("Firma GmbH", "Hamburg"))

    def test_address_without_a_place_of_its_own(self):
        buyer = self.make_partner("Accounts", parent_id=self.firm.id, type="invoice")
        buyer.write(dict.fromkeys(("street", "zip", "city", "country_id"), False))
        _ship_to, sell_to = self.addresses(self.customer, buyer)
        self.assertEqual((sell_to.name, sell_to.name_extension), ("Accounts", "Firma GmbH"))
        self.assertEqual((sell_to.street, sell_to.country), ("Am Hafen 3", "DE"))

    def test_another_contact_at_the_same_address_is_no_other_address(self):
        twin = self.customer.copy({"name": self.customer.name})
        _ship_to, sell_to = self.addresses(self.customer, twin)
        self.assertIsNone(sell_to)

    def test_names(self):
        long, fits = "x" * 51, "x" * 50
        for name, parts in (
            ("Ada Example", ("Ada", "Example")),
            ("Ada", ("", "")),
            ("", ("", "")),
            (f"Ada {long}", ("", "")),
            (f"{long} Example", ("", "")),
            (f"{fits} {fits}", (fits, fits)),
        ):
            self.assertEqual(split_name(name), parts, name)
