import { z } from 'zod';
import { headerName, headerValue, urlProblem } from './webhook.js';

const LONGEST_URL = 2_048;
const ID = '{invoice_id}';

/** The id may stand anywhere behind the host: what a caller of the API chooses must not choose the server. */
const url = z
  .string()
  .max(LONGEST_URL)
  .superRefine((text, context) => {
    const message = urlProblem(text) ?? idProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({ examples: ['https://billing.example.com/invoices/{invoice_id}/pdf'] });

/** As it is answered. */
export const pdfSource = z
  .object({
    url,
    header: z.object({ name: headerName.meta({ examples: ['Authorization'] }) }).nullable(),
  })
  .meta({
    description: 'Where PDFs of invoices are fetched from when a mail needs one that nobody has sent; null = nowhere.',
  });

export const pdfSourcePatch = z
  .object({
    url,
    header: z
      .object({
        name: headerName.meta({ examples: ['Authorization'] }),
        value: headerValue.meta({ description: 'Stored encrypted and never answered.', examples: ['Bearer …'] }),
      })
      .partial()
      .nullable()
      .meta({ description: 'Sent along.' }),
  })
  .partial();

export type PdfSourcePatch = z.infer<typeof pdfSourcePatch>;

function idProblem(text: string): string | null {
  const [one, other] = ['a', 'b'].map((id) => text.replaceAll(ID, id));
  if (one === other || !one || !other || !URL.canParse(one)) return `must contain ${ID}`;
  return new URL(one).origin === new URL(other).origin ? null : `must have ${ID} in its path or query`;
}
