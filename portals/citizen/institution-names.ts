import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'

type Named = { institutionNumber: string; institutionName: string }

/** What institutions are called in the reader's language; undefined where the register knows no such number. */
export async function institutionNames(
  ctx: Context,
  person: PersonService,
  numbers: readonly string[],
): Promise<(number: string) => string | undefined> {
  const facilities = await person.facilities(ctx, [...new Set(numbers)])
  const names = new Map(facilities.map((f) => [f.institutionNumber, (ctx.lang === 'en' && f.nameEn) || f.name]))
  return (number) => names.get(number)
}

/** Acts and consents carry the name of their day, in Japanese; an English page says the register's English one. */
export async function inReadersLanguage<T extends Named>(ctx: Context, person: PersonService, list: readonly T[]): Promise<T[]> {
  if (ctx.lang === 'ja') return [...list]
  const numbers = list.map((one) => one.institutionNumber)
  const nameOf = await institutionNames(ctx, person, numbers)
  return list.map((one) => ({ ...one, institutionName: nameOf(one.institutionNumber) ?? one.institutionName }))
}
