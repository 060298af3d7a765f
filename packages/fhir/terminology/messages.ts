/** What an answer about codes says, with the codes that clients of terminology services act on. The English is that of HL7's terminology ecosystem. */
import type { Coding } from './model.ts'

/** @spec http://hl7.org/fhir/tools/CodeSystem/tx-issue-type */
export type IssueDetail =
  | 'not-found'
  | 'not-in-vs'
  | 'this-code-not-in-vs'
  | 'invalid-data'
  | 'invalid-code'
  | 'code-comment'
  | 'invalid-display'
  | 'display-comment'
  | 'cannot-infer'
  | 'code-rule'
  | 'vs-invalid'
  | 'version-error'
  | 'status-check'
  | 'processing-note'

/** One thing found about a code. `at` is the part of the coding it is about: `code`, `system`, `version`, `display`. */
export type CodeIssue = {
  severity: 'error' | 'warning' | 'information'
  /** FHIR issue type. */
  code: 'code-invalid' | 'invalid' | 'not-found' | 'business-rule' | 'not-supported' | 'exception' | 'processing' | 'too-costly'
  detail: IssueDetail
  /** Key of the message in HL7's catalogue. */
  id: string
  at?: 'code' | 'system' | 'version' | 'display'
  /** FHIRPath, e.g. `CodeableConcept.coding[0].code`; set when the issue is placed. */
  path?: string
  ja: string
  en: string
}

export const shownCoding = ({ system = '', version, code = '', display }: Coding): string =>
  `${system}${version ? `|${version}` : ''}#${code}${display ? ` ('${display}')` : ''}`

const error = { severity: 'error' } as const
const warning = { severity: 'warning' } as const
const information = { severity: 'information' } as const
const versioned = (version: string | undefined): string => (version ? ` version '${version}'` : '')
const versionedJa = (version: string | undefined): string => (version ? `(版 ${version})` : '')

export const issues = {
  notInValueSet: (coding: Coding, set: string, alone: boolean): CodeIssue => ({
    ...(alone ? error : information),
    code: 'code-invalid',
    detail: alone ? 'not-in-vs' : 'this-code-not-in-vs',
    id: 'None_of_the_provided_codes_are_in_the_value_set_one',
    at: 'code',
    en: `The provided code '${shownCoding(coding)}' was not found in the value set '${set}'`,
    ja: `コード「${shownCoding(coding)}」は ValueSet「${set}」にありません。`,
  }),
  noneInValueSet: (set: string): CodeIssue => ({
    ...error,
    code: 'code-invalid',
    detail: 'not-in-vs',
    id: 'TX_GENERAL_CC_ERROR_MESSAGE',
    en: `No valid coding was found for the value set '${set}'`,
    ja: `ValueSet「${set}」にあるコードが一つもありません。`,
  }),
  unknownCode: ({ code = '', system = '' }: Coding, version: string | undefined): CodeIssue => ({
    ...error,
    code: 'code-invalid',
    detail: 'invalid-code',
    id: version ? 'Unknown_Code_in_Version' : 'Unknown_Code_in',
    at: 'code',
    en: `Unknown code '${code}' in the CodeSystem '${system}'${versioned(version)}`,
    ja: `コード「${code}」は CodeSystem「${system}」${versionedJa(version)}にありません。`,
  }),
  notInFragment: ({ code = '', system = '' }: Coding, version: string | undefined): CodeIssue => ({
    ...warning,
    code: 'code-invalid',
    detail: 'invalid-code',
    id: 'UNKNOWN_CODE_IN_FRAGMENT',
    at: 'code',
    en: `Unknown Code '${code}' in the CodeSystem '${system}'${versioned(version)} - note that the code system is labeled as a fragment, so the code may be valid in some other fragment`,
    ja: `コード「${code}」は CodeSystem「${system}」${versionedJa(version)}の読み込まれた部分にありません。この CodeSystem は一部だけなので、残りの部分にあるかもしれません。`,
  }),
  unchecked: ({ code = '', system = '' }: Coding): CodeIssue => ({
    ...warning,
    code: 'not-supported',
    detail: 'processing-note',
    id: 'CODE_FORM_ONLY',
    at: 'code',
    en: `Only the form of the code '${code}' of '${system}' was checked; whether it exists is not known here`,
    ja: `「${system}」のコード「${code}」は形式だけを確かめました。実在するかどうかはここでは分かりません。`,
  }),
  unknownSystem: (
    system: string,
    version: string | undefined,
    here: readonly string[],
    severity: 'error' | 'warning' = 'error',
  ): CodeIssue => ({
    severity,
    code: 'not-found',
    detail: 'not-found',
    id: !version ? 'UNKNOWN_CODESYSTEM' : here.length ? 'UNKNOWN_CODESYSTEM_VERSION' : 'UNKNOWN_CODESYSTEM_VERSION_NONE',
    at: 'system',
    en: `A definition for CodeSystem '${system}'${versioned(version)} could not be found, so the code cannot be validated${version ? (here.length ? `. Valid versions: ${enumerated(here)}` : '. No versions of this code system are known') : ''}`,
    ja: `CodeSystem「${system}」${versionedJa(version)}が読み込まれていないため、コードを確かめられません。${version && here.length ? `ある版: ${here.join(', ')}。` : ''}`,
  }),
  unableToCheck: (set: string, system: string): CodeIssue => ({
    ...warning,
    code: 'not-found',
    detail: 'vs-invalid',
    id: 'UNABLE_TO_CHECK_IF_THE_PROVIDED_CODES_ARE_IN_THE_VALUE_SET_CS',
    en: `Unable to check whether the code is in the value set '${set}' because the code system ${system} was not found`,
    ja: `CodeSystem「${system}」が読み込まれていないため、コードが ValueSet「${set}」にあるかどうかを確かめられません。`,
  }),
  unableToCheckImport: (set: string, imported: string): CodeIssue => ({
    ...error,
    code: 'not-found',
    detail: 'vs-invalid',
    id: 'UNABLE_TO_CHECK_IF_THE_PROVIDED_CODES_ARE_IN_THE_VALUE_SET_VS',
    en: `Unable to check whether the code is in the value set '${set}' because the value set ${imported} was not found`,
    ja: `ValueSet「${imported}」が読み込まれていないため、コードが ValueSet「${set}」にあるかどうかを確かめられません。`,
  }),
  unknownValueSet: (set: string): CodeIssue => ({
    ...error,
    code: 'not-found',
    detail: 'not-found',
    id: 'Unable_to_resolve_value_Set_',
    en: `A definition for the value Set '${set}' could not be found`,
    ja: `ValueSet「${set}」が読み込まれていません。`,
  }),
  invalidValueSet: (en: string, ja: string): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'vs-invalid',
    id: 'VALUESET_INVALID',
    en,
    ja,
  }),
  circular: (chain: string): CodeIssue => ({
    ...error,
    code: 'processing',
    detail: 'vs-invalid',
    id: 'VALUESET_CIRCULAR_REFERENCE',
    en: `Cyclic reference detected when including ${chain}`,
    ja: `ValueSet が自分自身を取り込んでいます: ${chain}`,
  }),
  missingSupplement: (supplement: string): CodeIssue => ({
    ...error,
    code: 'not-found',
    detail: 'not-found',
    id: 'VALUESET_SUPPLEMENT_MISSING_one',
    en: `Required supplement not found: ${supplement}`,
    ja: `補足(CodeSystem supplement)「${supplement}」が読み込まれていません。`,
  }),
  cannotInfer: ({ code = '' }: Coding, set: string, several: readonly string[]): CodeIssue => ({
    ...error,
    code: 'not-found',
    detail: 'cannot-infer',
    id: several.length ? 'Unable_to_resolve_system__value_set_has_multiple_matches' : 'UNABLE_TO_INFER_CODESYSTEM',
    at: 'code',
    en: several.length
      ? `The System URI could not be determined for the code '${code}' in the ValueSet '${set}': value set expansion has multiple matches: [${several.join(', ')}]`
      : `The System URI could not be determined for the code '${code}' in the ValueSet '${set}'`,
    ja: several.length
      ? `コード「${code}」は ValueSet「${set}」の複数の CodeSystem にあり(${several.join(', ')})、どれのことか分かりません。system を書いてください。`
      : `ValueSet「${set}」からコード「${code}」の CodeSystem を求められません。system を書いてください。`,
  }),
  noSystem: (): CodeIssue => ({
    ...warning,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'Coding_has_no_system__cannot_validate',
    en: 'Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system should be provided',
    ja: 'system がありません。system のないコードは意味が決まらず、確かめられません。system を書いてください。',
  }),
  noCode: (): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'Coding_has_no_code__cannot_validate',
    en: 'Coding has no code. A coding without a code cannot be validated',
    ja: 'code がありません。code のないコーディングは確かめられません。',
  }),
  relativeSystem: (): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'Terminology_TX_System_Relative',
    at: 'system',
    en: 'Coding.system must be an absolute reference, not a local reference',
    ja: 'system には絶対 URI を書いてください。',
  }),
  valueSetAsSystem: (system: string): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'Terminology_TX_System_ValueSet2',
    at: 'system',
    en: `The Coding references a value set, not a code system ('${system}')`,
    ja: `system に CodeSystem ではなく ValueSet「${system}」が書かれています。CodeSystem の URI を書いてください。`,
  }),
  supplementAsSystem: (system: string): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'CODESYSTEM_CS_NO_SUPPLEMENT',
    at: 'system',
    en: `CodeSystem ${system} is a supplement, so can't be used as a value in Coding.system`,
    ja: `「${system}」は補足(supplement)なので system に書けません。元の CodeSystem の URI を書いてください。`,
  }),
  versionNeeded: (system: string): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'invalid-data',
    id: 'CODESYSTEM_VERSION_NEEDED',
    at: 'version',
    en: `The code system '${system}' requires that a version is provided`,
    ja: `CodeSystem「${system}」のコードには version が必要です。`,
  }),
  versionDiffers: (system: string, inSet: string, inValue: string): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'vs-invalid',
    id: 'VALUESET_VALUE_MISMATCH',
    at: 'version',
    en: `The code system '${system}' version '${inSet}' in the ValueSet include is different to the one in the value ('${inValue}')`,
    ja: `ValueSet の CodeSystem「${system}」の版「${inSet}」と、書かれている版「${inValue}」が違います。`,
  }),
  versionDiffersFromNewest: (system: string, newest: string, inValue: string, needed: boolean): CodeIssue => ({
    ...(needed ? error : warning),
    code: 'invalid',
    detail: 'vs-invalid',
    id: 'VALUESET_VALUE_MISMATCH_DEFAULT',
    at: 'version',
    en: `The code system '${system}' version '${newest}' for the versionless include in the ValueSet include is different to the one in the value ('${inValue}')`,
    ja: `ValueSet は CodeSystem「${system}」の版を決めておらず、「${newest}」で確かめました。書かれている版は「${inValue}」です。`,
  }),
  versionDiffersAsAsked: (given: { system: string; used: string; inSet: string | undefined; inValue: string }): CodeIssue => ({
    ...error,
    code: 'invalid',
    detail: 'vs-invalid',
    id: 'VALUESET_VALUE_MISMATCH_CHANGED',
    at: 'version',
    en: `The code system '${given.system}' version '${given.used}' resulting from the version '${given.inSet ?? ''}' in the ValueSet include is different to the one in the value ('${given.inValue}')`,
    ja: `CodeSystem「${given.system}」は指定により版「${given.used}」で確かめました。書かれている版「${given.inValue}」と違います。`,
  }),
  versionCheck: (system: string, version: string, wanted: string): CodeIssue => ({
    ...error,
    code: 'exception',
    detail: 'version-error',
    id: 'VALUESET_VERSION_CHECK',
    at: 'version',
    en: `The version '${version}' is not allowed for system '${system}': required to be '${wanted}' by a version-check parameter`,
    ja: `CodeSystem「${system}」の版「${version}」は使えません。指定された版は「${wanted}」です。`,
  }),
  caseDiffers: ({ code = '', system = '' }: Coding, right: string, version: string | undefined): CodeIssue => ({
    ...information,
    code: 'business-rule',
    detail: 'code-rule',
    id: 'CODE_CASE_DIFFERENCE',
    at: 'code',
    en: `The code '${code}' differs from the correct code '${right}' by case. Although the code system '${system}${version ? `|${version}` : ''}' is case insensitive, implementers are strongly encouraged to use the correct case anyway`,
    ja: `コード「${code}」は正しくは「${right}」です(大文字小文字が違います)。「${system}」は大文字小文字を区別しませんが、正しい字で書いてください。`,
  }),
  status: ({ code = '' }: Coding, status: string): CodeIssue => ({
    ...warning,
    code: 'business-rule',
    detail: 'code-comment',
    id: status === 'deprecated' ? 'DEPRECATED_CONCEPT_FOUND' : 'INACTIVE_CONCEPT_FOUND',
    at: 'code',
    en: `The concept '${code}' has a status of ${status} and its use should be reviewed`,
    ja: `コード「${code}」の状態は ${status} です。使ってよいか見直してください。`,
  }),
  listedStatus: ({ code = '', system = '' }: Coding, set: string, status: string): CodeIssue => ({
    ...warning,
    code: 'business-rule',
    detail: 'code-comment',
    id: 'CONCEPT_DEPRECATED_IN_VALUESET',
    at: 'code',
    en: `The presence of the concept '${code}' in the system '${system}' in the value set ${set} is marked with a status of ${status} and its use should be reviewed`,
    ja: `ValueSet「${set}」で、コード「${code}」(${system})の状態は ${status} です。使ってよいか見直してください。`,
  }),
  notActive: ({ code = '' }: Coding): CodeIssue => ({
    ...error,
    code: 'business-rule',
    detail: 'code-rule',
    id: 'STATUS_CODE_WARNING_CODE',
    at: 'code',
    en: `The concept '${code}' is valid but is not active`,
    ja: `コード「${code}」は正しいコードですが、もう使われていません。`,
  }),
  abstract: (coding: Coding): CodeIssue => ({
    ...error,
    code: 'business-rule',
    detail: 'code-rule',
    id: 'ABSTRACT_CODE_NOT_ALLOWED',
    at: 'code',
    en: `Code '${coding.system ?? ''}#${coding.code ?? ''}' is abstract, and not allowed in this context`,
    ja: `コード「${coding.system ?? ''}#${coding.code ?? ''}」はまとめのためのコードなので、ここには書けません。`,
  }),
  wrongDisplay: (given: { coding: Coding; right: readonly string[]; languages: string; lenient: boolean }): CodeIssue => {
    const { coding, right, languages, lenient } = given
    const valid =
      right.length === 1 ? `Valid display is ${right[0]}` : `Valid display is one of ${right.length} choices: ${enumerated(right, 'or')}`
    return {
      severity: lenient ? 'warning' : 'error',
      code: 'invalid',
      detail: 'invalid-display',
      id: `Display_Name_for__should_be_one_of__instead_of_${right.length === 1 ? 'one' : 'other'}`,
      at: 'display',
      en: `Wrong Display Name '${coding.display ?? ''}' for ${coding.system ?? ''}#${coding.code ?? ''}. ${valid} (for the language(s) '${languages || '--'}')`,
      ja: `コード「${coding.system ?? ''}#${coding.code ?? ''}」の display「${coding.display ?? ''}」は違います。正しくは ${right.join('、')} です。`,
    }
  },
  noDisplayInLanguage: (given: {
    coding: Coding
    display: string | undefined
    languages: string
    matches: boolean
    lenient: boolean
  }): CodeIssue => {
    const { coding, display, languages, matches, lenient } = given
    return {
      severity: matches ? 'information' : lenient ? 'warning' : 'error',
      code: 'invalid',
      detail: matches ? 'display-comment' : 'invalid-display',
      id: matches ? 'NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK' : 'NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR',
      at: 'display',
      en: matches
        ? `'${coding.display ?? ''}' is the default display; the code system ${coding.system ?? ''} has no Display Names for the language ${languages}`
        : `Wrong Display Name '${coding.display ?? ''}' for ${coding.system ?? ''}#${coding.code ?? ''}. There are no valid display names found for language(s) '${languages}'. Default display is '${display ?? ''}'`,
      ja: matches
        ? `「${coding.display ?? ''}」は既定の表示名です。CodeSystem「${coding.system ?? ''}」に言語「${languages}」の表示名はありません。`
        : `コード「${coding.system ?? ''}#${coding.code ?? ''}」の display「${coding.display ?? ''}」は違います。言語「${languages}」の表示名はなく、既定の表示名は「${display ?? ''}」です。`,
    }
  },
  resourceStatus: (kind: 'CodeSystem' | 'ValueSet', canonical: string, status: string): CodeIssue => ({
    ...information,
    code: 'business-rule',
    detail: 'status-check',
    id: `MSG_${status.toUpperCase()}`,
    en: `Reference to ${status} ${kind} ${canonical}`,
    ja: `${kind}「${canonical}」の状態は ${status} です。`,
  }),
  cannotExpand: (set: string, system: string, version: string | undefined, here: readonly string[]): CodeIssue => ({
    ...error,
    code: 'not-found',
    detail: 'not-found',
    id: !version ? 'UNKNOWN_CODESYSTEM_EXP' : here.length ? 'UNKNOWN_CODESYSTEM_VERSION_EXP' : 'UNKNOWN_CODESYSTEM_VERSION_EXP_NONE',
    en: `A definition for CodeSystem '${system}'${versioned(version)} could not be found, so the value set cannot be expanded${version ? (here.length ? `. Valid versions: ${enumerated(here)}` : '. No versions of this code system are known') : ''}`,
    ja: `CodeSystem「${system}」${versionedJa(version)}が読み込まれていないため、ValueSet「${set}」を展開できません。`,
  }),
  tooCostly: (set: string, limit: number): CodeIssue => ({
    ...error,
    code: 'too-costly',
    detail: 'vs-invalid',
    id: 'VALUESET_TOO_COSTLY',
    en: `The value set '${set}' expansion has too many codes to display (>${limit}). Narrow it with filter, or page with count`,
    ja: `ValueSet「${set}」の展開は${limit}件を超えます。filter で絞るか、count で分けて求めてください。`,
  }),
  notListable: (set: string, system: string): CodeIssue => ({
    ...error,
    code: 'too-costly',
    detail: 'vs-invalid',
    id: 'VALUESET_TOO_COSTLY_GRAMMAR',
    en: `The code system '${system}' in the value set '${set}' has a grammar or is not held as a list, and cannot be enumerated directly`,
    ja: `ValueSet「${set}」の CodeSystem「${system}」はコードを並べられない(規則で作る、または一覧がない)ため、展開できません。`,
  }),
  badLanguage: (text: string): CodeIssue => ({
    ...error,
    code: 'processing',
    detail: 'invalid-display',
    id: 'INVALID_DISPLAY_NAME',
    en: `Invalid displayLanguage: '${text}'`,
    ja: `displayLanguage「${text}」の書き方が違います。「ja」「ja, en;q=0.5」のように書いてください。`,
  }),
}

function enumerated(items: readonly string[], last: 'and' | 'or' = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`
}
