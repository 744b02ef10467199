import { z } from 'zod';

/** Lists of the run contract: pages from 1, and where the next one is. */
export function contractPage(most: number) {
  return {
    page: z.coerce.number().int().min(1).max(100_000).default(1),
    page_length: z.coerce.number().int().min(1).max(most).default(20),
  };
}

export function contractList<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    pagination: z.object({
      page: z.int().meta({ examples: [1] }),
      page_length: z.int().meta({ examples: [20] }),
      next_page: z
        .string()
        .nullable()
        .meta({
          description: 'null = this is the last page.',
          examples: ['https://dunwell.example/workflows?page=2&page_length=20'],
        }),
    }),
  });
}

export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
