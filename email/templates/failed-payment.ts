import type { BuiltInMail } from './texts.js';

/**
 * A payment did not come through. Neither the cause nor whether it will be tried again is known, so no cause is named and
 * no consequence either. The invoice may be unknown, or settled by the time of the mail.
 */
export const failedPayment: BuiltInMail = {
  summary: 'payment',
  button: true,
  texts: {
    en: {
      subject: 'Your payment{% if invoice.number %} for invoice {{ invoice.number }}{% endif %} could not be collected',
      preheader:
        '{% if payment.amount %}Amount: {{ payment.amount }}.{% elsif invoice.open %}Still open: {{ invoice.open }}.{% endif %}{% if payment.attempted_on %} Date: {{ payment.attempted_on }}.{% endif %}',
      heading: 'Your payment could not be collected',
      paragraphs: [
        'Your payment{% if payment.amount %} of {{ payment.amount }}{% endif %}{% if invoice.number %} for invoice {{ invoice.number }}{% endif %} could not be collected{% if payment.attempted_on %} on {{ payment.attempted_on }}{% endif %}.',
        '{% if invoice.settled %}By now nothing is left to pay on the invoice, so you need not do anything. Thank you.{% else %}There can be many reasons for this, often simple ones. Please check your payment details.{% if invoice.pay_url %} You can also pay through the link below.{% endif %}{% endif %}',
      ],
      afterwards: [
        '{% if invoice.settled %}If you have any questions, please contact us.{% else %}If you have paid in the meantime, please disregard this message. If you would like to pay in another way, or have any questions, please contact us.{% endif %} We are happy to help.',
      ],
    },
    nl: {
      subject: 'Uw betaling{% if invoice.number %} voor factuur {{ invoice.number }}{% endif %} kon niet worden geïnd',
      preheader:
        '{% if payment.amount %}Bedrag: {{ payment.amount }}.{% elsif invoice.open %}Nog te betalen: {{ invoice.open }}.{% endif %}{% if payment.attempted_on %} Datum: {{ payment.attempted_on }}.{% endif %}',
      heading: 'Uw betaling kon niet worden geïnd',
      paragraphs: [
        'Uw betaling{% if payment.amount %} van {{ payment.amount }}{% endif %}{% if invoice.number %} voor factuur {{ invoice.number }}{% endif %} kon{% if payment.attempted_on %} op {{ payment.attempted_on }}{% endif %} niet worden geïnd.',
        '{% if invoice.settled %}Inmiddels staat er voor de factuur niets meer open; u hoeft dus niets te doen. Hartelijk dank.{% else %}Dat kan allerlei redenen hebben, vaak heel eenvoudige. Wilt u uw betaalgegevens nakijken?{% if invoice.pay_url %} U kunt ook betalen via de link hieronder.{% endif %}{% endif %}',
      ],
      afterwards: [
        '{% if invoice.settled %}Heeft u vragen?{% else %}Heeft u intussen betaald, dan kunt u dit bericht als niet verzonden beschouwen. Wilt u op een andere manier betalen of heeft u vragen?{% endif %} Neem dan gerust contact met ons op. Wij helpen u graag.',
      ],
    },
    de: {
      subject: 'Ihre Zahlung{% if invoice.number %} für Rechnung {{ invoice.number }}{% endif %} ist fehlgeschlagen',
      preheader:
        '{% if payment.amount %}Betrag: {{ payment.amount }}.{% elsif invoice.open %}Noch offen: {{ invoice.open }}.{% endif %}{% if payment.attempted_on %} Datum: {{ payment.attempted_on }}.{% endif %}',
      heading: 'Ihre Zahlung konnte nicht durchgeführt werden',
      paragraphs: [
        'Ihre Zahlung{% if payment.amount %} in Höhe von {{ payment.amount }}{% endif %}{% if invoice.number %} für die Rechnung {{ invoice.number }}{% endif %} konnte{% if payment.attempted_on %} am {{ payment.attempted_on }}{% endif %} nicht durchgeführt werden.',
        '{% if invoice.settled %}Inzwischen ist für die Rechnung nichts mehr zu zahlen; Sie müssen also nichts weiter tun. Vielen Dank.{% else %}Das kann viele, oft ganz einfache Gründe haben. Bitte prüfen Sie Ihre Zahlungsdaten.{% if invoice.pay_url %} Sie können auch über den Link unten bezahlen.{% endif %}{% endif %}',
      ],
      afterwards: [
        '{% if invoice.settled %}Haben Sie Fragen?{% else %}Falls Sie inzwischen gezahlt haben, betrachten Sie diese Nachricht bitte als gegenstandslos. Möchten Sie auf anderem Weg bezahlen oder haben Sie Fragen?{% endif %} Sprechen Sie uns gern an, wir helfen Ihnen weiter.',
      ],
    },
    fr: {
      subject:
        'Votre paiement{% if invoice.number %} pour la facture {{ invoice.number }}{% endif %} n’a pas pu être encaissé',
      preheader:
        '{% if payment.amount %}Montant\u00a0: {{ payment.amount }}.{% elsif invoice.open %}Reste à payer\u00a0: {{ invoice.open }}.{% endif %}{% if payment.attempted_on %} Date\u00a0: {{ payment.attempted_on }}.{% endif %}',
      heading: 'Votre paiement n’a pas pu être encaissé',
      paragraphs: [
        'Votre paiement{% if payment.amount %} de {{ payment.amount }}{% endif %}{% if invoice.number %} pour la facture {{ invoice.number }}{% endif %} n’a pas pu être encaissé{% if payment.attempted_on %} le {{ payment.attempted_on }}{% endif %}.',
        '{% if invoice.settled %}Il ne reste plus rien à payer pour cette facture\u00a0: vous n’avez rien à faire. Merci.{% else %}Il peut y avoir plusieurs raisons à cela, souvent très simples. Nous vous remercions de bien vouloir vérifier vos informations de paiement.{% if invoice.pay_url %} Vous pouvez aussi payer à l’aide du lien ci-dessous.{% endif %}{% endif %}',
      ],
      afterwards: [
        '{% if invoice.settled %}Pour toute question, n’hésitez pas à nous contacter.{% else %}Si vous avez payé entre-temps, merci de ne pas tenir compte de ce message. Si vous souhaitez payer autrement ou si vous avez des questions, n’hésitez pas à nous contacter.{% endif %}',
      ],
    },
    es: {
      subject: 'No se pudo cobrar su pago{% if invoice.number %} de la factura {{ invoice.number }}{% endif %}',
      preheader:
        '{% if payment.amount %}Importe: {{ payment.amount }}.{% elsif invoice.open %}Pendiente de pago: {{ invoice.open }}.{% endif %}{% if payment.attempted_on %} Fecha: {{ payment.attempted_on }}.{% endif %}',
      heading: 'No se pudo cobrar su pago',
      paragraphs: [
        '{% if payment.attempted_on %}El {{ payment.attempted_on }} no{% else %}No{% endif %} se pudo cobrar su pago{% if payment.amount %} de {{ payment.amount }}{% endif %}{% if invoice.number %} correspondiente a la factura {{ invoice.number }}{% endif %}.',
        '{% if invoice.settled %}Ya no queda nada por pagar de la factura, así que no tiene que hacer nada. Muchas gracias.{% else %}Puede deberse a muchos motivos, a menudo sencillos. Le rogamos que compruebe sus datos de pago.{% if invoice.pay_url %} También puede pagar a través del enlace que figura más abajo.{% endif %}{% endif %}',
      ],
      afterwards: [
        '{% if invoice.settled %}Si tiene alguna pregunta, póngase en contacto con nosotros.{% else %}Si ya ha pagado, no tenga en cuenta este mensaje. Si desea pagar de otra forma o tiene alguna pregunta, póngase en contacto con nosotros.{% endif %} Le ayudaremos con gusto.',
      ],
    },
  },
};
