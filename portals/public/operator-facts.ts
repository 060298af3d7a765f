import { z } from 'zod'

const sentence = z.union([
  z.object({ ja: z.string().min(1).max(2_000), en: z.string().min(1).max(2_000) }),
  z
    .string()
    .min(1)
    .max(2_000)
    .transform((text) => ({ ja: text, en: text })),
])

/**
 * Who runs a platform and how, as its operator says in a file: what the law asks to be published and no program can know.
 * @law 個人情報の保護に関する法律 第32条 (application: 要確認: 弁護士)
 */
export const operatorFacts = z.object({
  name: sentence,
  address: sentence,
  representative: sentence,
  /** Where people ask, complain, and use their rights. */
  contact: sentence,
  phone: z.string().max(60).optional(),
  mail: z.string().max(254).optional(),
  /** Body that hears complaints beside the operator (認定個人情報保護団体). */
  complaintsBody: sentence.optional(),
  /** Places of the servers, each with its country. */
  servers: z.array(z.object({ place: sentence, country: sentence })).min(1),
  /** Who works for the operator with the data or the machines. */
  contractors: z.array(z.object({ name: sentence, does: sentence, country: sentence })),
  /** Further measures of safety that may be told. */
  measures: z.array(sentence).default([]),
  /** Day on which this was last checked. */
  checkedOn: z.iso.date(),
})

export type OperatorFacts = z.infer<typeof operatorFacts>
