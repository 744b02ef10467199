import { phrases } from './phrases.js';
import { inUnit } from './summary.js';
import { LANGUAGES, type BuiltInMail, type Language } from './texts.js';

/** Liquid for the balance with its unit, in each language. */
const balance = Object.fromEntries(
  LANGUAGES.map((language) => [language, inUnit('wallet.balance', phrases[language].credits)]),
) as Record<Language, string>;

/**
 * A balance is below its threshold. It says how much is left, and promises nothing about what happens at zero: that is in
 * the customer's contract. There is no link for topping up, so no button.
 */
export const walletBalance: BuiltInMail = {
  summary: 'wallet',
  button: false,
  texts: {
    en: {
      subject: 'Your {% if wallet.name %}“{{ wallet.name }}” {% endif %}balance is low',
      preheader: `{% if wallet.balance %}Current balance: ${balance.en}.{% endif %}`,
      heading: 'Your balance is low',
      paragraphs: [
        `Your {% if wallet.name %}“{{ wallet.name }}” {% endif %}balance is low.{% if wallet.balance %} It now stands at ${balance.en}.{% endif %}`,
        'If you would like to top it up, please do so in your account or contact us.',
      ],
      afterwards: [
        'If you have topped it up in the meantime, please disregard this message. If you have any questions, please contact us. We are happy to help.',
      ],
    },
    nl: {
      subject: 'Uw tegoed{% if wallet.name %} “{{ wallet.name }}”{% endif %} is laag',
      preheader: `{% if wallet.balance %}Huidig tegoed: ${balance.nl}.{% endif %}`,
      heading: 'Uw tegoed is laag',
      paragraphs: [
        `Uw tegoed{% if wallet.name %} “{{ wallet.name }}”{% endif %} is laag.{% if wallet.balance %} Het staat nu op ${balance.nl}.{% endif %}`,
        'Wilt u het aanvullen, doe dat dan in uw account of neem contact met ons op.',
      ],
      afterwards: [
        'Heeft u het tegoed intussen aangevuld, dan kunt u dit bericht als niet verzonden beschouwen. Heeft u vragen? Neem dan gerust contact met ons op. Wij helpen u graag.',
      ],
    },
    de: {
      subject: 'Ihr Guthaben{% if wallet.name %} „{{ wallet.name }}“{% endif %} ist niedrig',
      preheader: `{% if wallet.balance %}Aktuelles Guthaben: ${balance.de}.{% endif %}`,
      heading: 'Ihr Guthaben ist niedrig',
      paragraphs: [
        `Ihr Guthaben{% if wallet.name %} „{{ wallet.name }}“{% endif %} ist niedrig.{% if wallet.balance %} Es beträgt jetzt ${balance.de}.{% endif %}`,
        'Wenn Sie es aufladen möchten, tun Sie dies bitte in Ihrem Kundenkonto oder sprechen Sie uns an.',
      ],
      afterwards: [
        'Falls Sie es inzwischen aufgeladen haben, betrachten Sie diese Nachricht bitte als gegenstandslos. Haben Sie Fragen? Sprechen Sie uns gern an, wir helfen Ihnen weiter.',
      ],
    },
    fr: {
      subject: 'Votre solde{% if wallet.name %} «\u00a0{{ wallet.name }}\u00a0»{% endif %} est faible',
      preheader: `{% if wallet.balance %}Solde actuel\u00a0: ${balance.fr}.{% endif %}`,
      heading: 'Votre solde est faible',
      paragraphs: [
        `Votre solde{% if wallet.name %} «\u00a0{{ wallet.name }}\u00a0»{% endif %} est faible.{% if wallet.balance %} Il est actuellement de ${balance.fr}.{% endif %}`,
        'Si vous souhaitez le recharger, faites-le depuis votre compte client ou contactez-nous.',
      ],
      afterwards: [
        'Si vous l’avez rechargé entre-temps, merci de ne pas tenir compte de ce message. Pour toute question, n’hésitez pas à nous contacter.',
      ],
    },
    es: {
      subject: 'Su saldo{% if wallet.name %} «{{ wallet.name }}»{% endif %} es bajo',
      preheader: `{% if wallet.balance %}Saldo actual: ${balance.es}.{% endif %}`,
      heading: 'Su saldo es bajo',
      paragraphs: [
        `Su saldo{% if wallet.name %} «{{ wallet.name }}»{% endif %} es bajo.{% if wallet.balance %} Ahora es de ${balance.es}.{% endif %}`,
        'Si desea recargarlo, hágalo en su cuenta de cliente o póngase en contacto con nosotros.',
      ],
      afterwards: [
        'Si ya lo ha recargado, no tenga en cuenta este mensaje. Si tiene alguna pregunta, póngase en contacto con nosotros. Le ayudaremos con gusto.',
      ],
    },
  },
};
