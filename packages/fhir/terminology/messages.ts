/** What is said of a code. The English is that of HL7's terminology ecosystem, because clients compare it. */
import { type CodeIssue, enumerated, error, information, shownCoding, versioned, versionedJa, warning } from './issue.ts'
import type { Coding } from './model.ts'
import { resourceIssues } from './resource-messages.ts'

export type { CodeIssue, IssueDetail } from './issue.ts'

export const issues = {
  ...resourceIssues,
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
}
