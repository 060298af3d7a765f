/** Sentences of why something cannot be told, and what to do about it. */
import type { Why } from './model.ts'

export const whyNoValueSet = (canonical: string): Why => ({
  kind: 'value-set-not-loaded',
  what: canonical,
  ja: `ValueSet「${canonical}」が読み込まれていません。これを含むパッケージを packages フォルダーに置いてください。`,
  en: `The value set ${canonical} is not loaded. Put the package that holds it into the packages folder.`,
})

export const whyNoSystem = (url: string): Why => ({
  kind: 'system-not-loaded',
  what: url,
  ja: `CodeSystem「${url}」が読み込まれていません。これを含むパッケージかマスターを読み込んでください。`,
  en: `The code system ${url} is not loaded. Load the package or the master that holds it.`,
})

export const whyNoVersion = (url: string, version: string, here: readonly string[]): Why => ({
  kind: 'system-version-not-loaded',
  what: `${url}|${version}`,
  here,
  ja: `CodeSystem「${url}」の版「${version}」が読み込まれていません(ある版: ${here.join(', ') || 'なし'})。その版を読み込んでください。`,
  en: `Version ${version} of the code system ${url} is not loaded (here: ${here.join(', ') || 'none'}). Load that version.`,
})

export const whyIncomplete = (url: string): Why => ({
  kind: 'system-incomplete',
  what: url,
  ja: `CodeSystem「${url}」は一部のコードか形式しか分からないため、このコードがあるかどうかは判定できません。`,
  en: `Of the code system ${url} only a part or the form of its codes is known here, so whether this code exists cannot be told.`,
})

export const whyNoFilter = (system: string, filter: { property: string; op: string; value: string }): Why => ({
  kind: 'filter-not-supported',
  what: `${filter.property} ${filter.op} ${filter.value}`,
  ja: `CodeSystem「${system}」では条件「${filter.property} ${filter.op} ${filter.value}」を判定できません。`,
  en: `The filter ${filter.property} ${filter.op} ${filter.value} cannot be judged on the code system ${system}.`,
})

export const whyCircular = (chain: readonly string[]): Why => ({
  kind: 'circular',
  what: chain.at(-1) ?? '',
  ja: `ValueSet が自分自身を取り込んでいます: ${chain.join(' → ')}。取り込みの輪を断ってください。`,
  en: `The value set includes itself: ${chain.join(' → ')}. Break the circle of imports.`,
})

export const whyInvalid = (canonical: string, ja: string, en: string): Why => ({ kind: 'value-set-invalid', what: canonical, ja, en })

export const whyNoSupplement = (canonical: string): Why => ({
  kind: 'supplement-not-loaded',
  what: canonical,
  ja: `補足(CodeSystem supplement)「${canonical}」が読み込まれていません。これを含むパッケージを読み込んでください。`,
  en: `The code system supplement ${canonical} is not loaded. Load the package that holds it.`,
})

export const whyTooDeep = (canonical: string, limit: number): Why => ({
  kind: 'too-costly',
  what: canonical,
  ja: `ValueSet の取り込みが${limit}段を超えています(「${canonical}」)。取り込みを浅くしてください。`,
  en: `Value sets import each other more than ${limit} levels deep (at ${canonical}). Flatten the imports.`,
})
