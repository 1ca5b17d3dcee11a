"""What is translated keeps the places where values go, and the markup."""

import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged

FOLDER = Path(__file__).parent.parent / "i18n"
KEPT = re.compile(r"%\(\w+\)[sgd]|%[sd]|<[^>]+>")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_places_and_markup_stay(self):
        for path in FOLDER.glob("*.po"):
            for entry in polib.pofile(path).translated_entries():
                with self.subTest(language=path.stem, sentence=entry.msgid):
                    self.assertEqual(
                        sorted(KEPT.findall(entry.msgstr)), sorted(KEPT.findall(entry.msgid))
                    )

    def test_a_german_reads_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"].search(
            [("name", "=", "fulfillment_connector")]
        )._update_translations(["de_DE"])
        account = self.env["fulfillment.account"].with_context(lang="de_DE")
        label = account.fields_get(["send_policy"])["send_policy"]["string"]
        english = account.with_context(lang="en_US").fields_get(["send_policy"])["send_policy"]
        self.assertTrue(label)
        self.assertNotEqual(label, english["string"])
