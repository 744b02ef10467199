import type { BuiltInMail } from './texts.js';

/**
 * A payment is coming up. Who moves the money is not known here: for some customers it is collected, others pay by
 * themselves, so each is told what holds for them. Days are counted at the send (S-E2); the date may be past by then.
 */
export const upcomingPaymentReminder: BuiltInMail = {
  summary: 'upcoming',
  button: true,
  texts: {
    en: {
      subject:
        '{% if invoice.settled %}Nothing left to pay{% if invoice.number %} on invoice {{ invoice.number }}{% endif %}{% else %}Upcoming payment{% if invoice.number %} for invoice {{ invoice.number }}{% endif %}{% if invoice.days_to_charge == 0 %} today{% elsif invoice.days_to_charge == 1 %} tomorrow{% elsif invoice.days_to_charge > 1 %} in {{ invoice.days_to_charge | count: "day", "days" }}{% endif %}{% endif %}',
      preheader:
        '{% if invoice.open %}Amount: {{ invoice.open }}.{% elsif invoice.total %}Invoice total: {{ invoice.total }}.{% endif %}{% if invoice.charge_on %} Date: {{ invoice.charge_on }}.{% endif %}',
      heading: '{% if invoice.settled %}Nothing left to pay{% else %}Upcoming payment{% endif %}',
      paragraphs: [
        '{% if invoice.settled %}Nothing is left to pay on {% if invoice.number %}invoice {{ invoice.number }}{% else %}your invoice{% endif %}, so you need not do anything. Thank you.{% else %}The payment{% if invoice.open %} of {{ invoice.open }}{% endif %} for {% if invoice.number %}invoice {{ invoice.number }}{% else %}your invoice{% endif %} {% if invoice.charge_on == null %}is coming up{% elsif invoice.days_to_charge < 0 %}was scheduled for {{ invoice.charge_on }}{% else %}is scheduled for {% if invoice.days_to_charge == 0 %}today, {% elsif invoice.days_to_charge == 1 %}tomorrow, {% endif %}{{ invoice.charge_on }}{% if invoice.days_to_charge > 1 %}, in {{ invoice.days_to_charge | count: "day", "days" }}{% endif %}{% endif %}.{% if invoice.total and invoice.open == null %} The invoice total is {{ invoice.total }}.{% endif %}{% endif %}',
        '{% unless invoice.settled %}If your payments are collected automatically, you need not do anything, as long as your payment details are up to date. Otherwise, we would be grateful if you could arrange the payment{% if invoice.pay_url %}, for example through the link below{% endif %}.{% endunless %}',
      ],
      afterwards: [
        '{% unless invoice.settled %}If you have already paid, please disregard this message. {% endunless %}If you believe that something about this invoice is not right, please contact us.',
      ],
    },
    nl: {
      subject:
        '{% if invoice.settled %}Niets meer te betalen{% if invoice.number %} voor factuur {{ invoice.number }}{% endif %}{% else %}Aankomende betaling{% if invoice.number %} voor factuur {{ invoice.number }}{% endif %}{% if invoice.days_to_charge == 0 %} vandaag{% elsif invoice.days_to_charge == 1 %} morgen{% elsif invoice.days_to_charge > 1 %} over {{ invoice.days_to_charge | count: "dag", "dagen" }}{% endif %}{% endif %}',
      preheader:
        '{% if invoice.open %}Bedrag: {{ invoice.open }}.{% elsif invoice.total %}Totaalbedrag: {{ invoice.total }}.{% endif %}{% if invoice.charge_on %} Datum: {{ invoice.charge_on }}.{% endif %}',
      heading: '{% if invoice.settled %}Niets meer te betalen{% else %}Aankomende betaling{% endif %}',
      paragraphs: [
        '{% if invoice.settled %}Voor {% if invoice.number %}factuur {{ invoice.number }}{% else %}uw factuur{% endif %} staat niets meer open; u hoeft dus niets te doen. Hartelijk dank.{% else %}De betaling{% if invoice.open %} van {{ invoice.open }}{% endif %} voor {% if invoice.number %}factuur {{ invoice.number }}{% else %}uw factuur{% endif %} {% if invoice.charge_on == null %}volgt binnenkort{% elsif invoice.days_to_charge < 0 %}stond gepland voor {{ invoice.charge_on }}{% else %}staat gepland voor {% if invoice.days_to_charge == 0 %}vandaag, {% elsif invoice.days_to_charge == 1 %}morgen, {% endif %}{{ invoice.charge_on }}{% if invoice.days_to_charge > 1 %}, over {{ invoice.days_to_charge | count: "dag", "dagen" }}{% endif %}{% endif %}.{% if invoice.total and invoice.open == null %} Het factuurbedrag is {{ invoice.total }}.{% endif %}{% endif %}',
        '{% unless invoice.settled %}Worden uw betalingen automatisch afgeschreven, dan hoeft u niets te doen, zolang uw betaalgegevens kloppen. Zo niet, wilt u de betaling dan in orde maken{% if invoice.pay_url %}, bijvoorbeeld via de link hieronder{% endif %}?{% endunless %}',
      ],
      afterwards: [
        '{% unless invoice.settled %}Heeft u al betaald, dan kunt u dit bericht als niet verzonden beschouwen. {% endunless %}Klopt er volgens u iets niet aan de factuur, neem dan contact met ons op.',
      ],
    },
    de: {
      subject:
        '{% if invoice.settled %}Nichts mehr zu zahlen{% if invoice.number %} für die Rechnung {{ invoice.number }}{% endif %}{% else %}Bevorstehende Zahlung{% if invoice.number %} für die Rechnung {{ invoice.number }}{% endif %}{% if invoice.days_to_charge == 0 %} heute{% elsif invoice.days_to_charge == 1 %} morgen{% elsif invoice.days_to_charge > 1 %} in {{ invoice.days_to_charge | count: "Tag", "Tagen" }}{% endif %}{% endif %}',
      preheader:
        '{% if invoice.open %}Betrag: {{ invoice.open }}.{% elsif invoice.total %}Rechnungsbetrag: {{ invoice.total }}.{% endif %}{% if invoice.charge_on %} Termin: {{ invoice.charge_on }}.{% endif %}',
      heading: '{% if invoice.settled %}Nichts mehr zu zahlen{% else %}Bevorstehende Zahlung{% endif %}',
      paragraphs: [
        '{% if invoice.settled %}für {% if invoice.number %}die Rechnung {{ invoice.number }}{% else %}Ihre Rechnung{% endif %} ist nichts mehr zu zahlen; Sie müssen also nichts weiter tun. Vielen Dank.{% else %}die Zahlung{% if invoice.open %} in Höhe von {{ invoice.open }}{% endif %} für {% if invoice.number %}die Rechnung {{ invoice.number }}{% else %}Ihre Rechnung{% endif %} {% if invoice.charge_on == null %}steht bevor{% elsif invoice.days_to_charge < 0 %}war für den {{ invoice.charge_on }} vorgesehen{% else %}ist für {% if invoice.days_to_charge == 0 %}heute, {% elsif invoice.days_to_charge == 1 %}morgen, {% endif %}den {{ invoice.charge_on }}{% if invoice.days_to_charge == 0 or invoice.days_to_charge == 1 %},{% endif %} vorgesehen{% if invoice.days_to_charge > 1 %}, also in {{ invoice.days_to_charge | count: "Tag", "Tagen" }}{% endif %}{% endif %}.{% if invoice.total and invoice.open == null %} Der Rechnungsbetrag lautet {{ invoice.total }}.{% endif %}{% endif %}',
        '{% unless invoice.settled %}Falls Ihre Zahlungen automatisch eingezogen werden, müssen Sie nichts weiter tun, sofern Ihre Zahlungsdaten aktuell sind. Andernfalls würden wir uns freuen, wenn Sie die Zahlung veranlassen{% if invoice.pay_url %}, zum Beispiel über den Link unten{% endif %}.{% endunless %}',
      ],
      afterwards: [
        '{% unless invoice.settled %}Falls Sie bereits gezahlt haben, betrachten Sie diese Nachricht bitte als gegenstandslos. {% endunless %}Sollte an der Rechnung etwas nicht stimmen, sprechen Sie uns bitte an.',
      ],
    },
    fr: {
      subject:
        '{% if invoice.settled %}Plus rien à payer{% if invoice.number %} pour la facture {{ invoice.number }}{% endif %}{% else %}Paiement {% if invoice.days_to_charge == 0 %}prévu aujourd’hui{% elsif invoice.days_to_charge == 1 %}prévu demain{% elsif invoice.days_to_charge > 1 %}prévu dans {{ invoice.days_to_charge | count: "jour", "jours" }}{% else %}à venir{% endif %}{% if invoice.number %} pour la facture {{ invoice.number }}{% endif %}{% endif %}',
      preheader:
        '{% if invoice.open %}Montant\u00a0: {{ invoice.open }}.{% elsif invoice.total %}Montant total\u00a0: {{ invoice.total }}.{% endif %}{% if invoice.charge_on %} Date\u00a0: {{ invoice.charge_on }}.{% endif %}',
      heading: '{% if invoice.settled %}Plus rien à payer{% else %}Paiement à venir{% endif %}',
      paragraphs: [
        '{% if invoice.settled %}Il ne reste rien à payer pour {% if invoice.number %}la facture {{ invoice.number }}{% else %}votre facture{% endif %}\u00a0: vous n’avez rien à faire. Merci.{% else %}Le paiement{% if invoice.open %} de {{ invoice.open }}{% endif %} pour {% if invoice.number %}la facture {{ invoice.number }}{% else %}votre facture{% endif %} {% if invoice.charge_on == null %}est à venir{% elsif invoice.days_to_charge < 0 %}était prévu le {{ invoice.charge_on }}{% else %}est prévu {% if invoice.days_to_charge == 0 %}aujourd’hui, {% elsif invoice.days_to_charge == 1 %}demain, {% endif %}le {{ invoice.charge_on }}{% if invoice.days_to_charge > 1 %}, dans {{ invoice.days_to_charge | count: "jour", "jours" }}{% endif %}{% endif %}.{% if invoice.total and invoice.open == null %} Le montant de la facture est de {{ invoice.total }}.{% endif %}{% endif %}',
        '{% unless invoice.settled %}Si vos paiements sont prélevés automatiquement, vous n’avez rien à faire, tant que vos informations de paiement sont à jour. Sinon, nous vous remercions de bien vouloir procéder au règlement{% if invoice.pay_url %}, par exemple à l’aide du lien ci-dessous{% endif %}.{% endunless %}',
      ],
      afterwards: [
        '{% unless invoice.settled %}Si vous avez déjà payé, merci de ne pas tenir compte de ce message. {% endunless %}Si cette facture vous semble inexacte, n’hésitez pas à nous contacter.',
      ],
    },
    es: {
      subject:
        '{% if invoice.settled %}Nada pendiente de pago{% if invoice.number %} de la factura {{ invoice.number }}{% endif %}{% else %}Próximo pago{% if invoice.number %} de la factura {{ invoice.number }}{% endif %}{% if invoice.days_to_charge == 0 %}, hoy{% elsif invoice.days_to_charge == 1 %}, mañana{% elsif invoice.days_to_charge > 1 %}, dentro de {{ invoice.days_to_charge | count: "día", "días" }}{% endif %}{% endif %}',
      preheader:
        '{% if invoice.open %}Importe: {{ invoice.open }}.{% elsif invoice.total %}Importe total: {{ invoice.total }}.{% endif %}{% if invoice.charge_on %} Fecha: {{ invoice.charge_on }}.{% endif %}',
      heading: '{% if invoice.settled %}Nada pendiente de pago{% else %}Próximo pago{% endif %}',
      paragraphs: [
        '{% if invoice.settled %}No queda nada por pagar de {% if invoice.number %}la factura {{ invoice.number }}{% else %}su factura{% endif %}, así que no tiene que hacer nada. Muchas gracias.{% else %}El pago{% if invoice.open %} de {{ invoice.open }}{% endif %} correspondiente a {% if invoice.number %}la factura {{ invoice.number }}{% else %}su factura{% endif %} {% if invoice.charge_on == null %}está próximo{% elsif invoice.days_to_charge < 0 %}estaba previsto para el {{ invoice.charge_on }}{% else %}está previsto para {% if invoice.days_to_charge == 0 %}hoy, {% elsif invoice.days_to_charge == 1 %}mañana, {% else %}el {% endif %}{{ invoice.charge_on }}{% if invoice.days_to_charge > 1 %}, dentro de {{ invoice.days_to_charge | count: "día", "días" }}{% endif %}{% endif %}.{% if invoice.total and invoice.open == null %} El importe de la factura es de {{ invoice.total }}.{% endif %}{% endif %}',
        '{% unless invoice.settled %}Si sus pagos se cobran automáticamente, no tiene que hacer nada, siempre que sus datos de pago estén actualizados. En caso contrario, le agradeceríamos que realizara el pago{% if invoice.pay_url %}, por ejemplo a través del enlace que figura más abajo{% endif %}.{% endunless %}',
      ],
      afterwards: [
        '{% unless invoice.settled %}Si ya ha pagado, no tenga en cuenta este mensaje. {% endunless %}Si cree que hay algún error en la factura, póngase en contacto con nosotros.',
      ],
    },
  },
};
