import type { RefusalTable } from './refusal-table.ts'

/** How openings for the sake of a life, and their review, say no. */
export const emergencyRefusals = {
  'emergency-identity-needed': {
    status: 422,
    issue: 'required',
    ja: '氏名と生年月日、または保険の番号と生年月日を入れてください。一部だけではさがせません。',
    en: 'Enter name and birth date, or insurance number and birth date. Nobody is looked for by less.',
  },
  'emergency-too-many-looks': {
    status: 429,
    issue: 'throttled',
    ja: '1時間にさがせる回数（{limit}回）をこえました。時間をおくか、同僚に頼んでください。回数は監査担当に知らされます。',
    en: 'You looked for people {limit} times within an hour. Wait, or ask a colleague. Auditors see the count.',
  },
  'emergency-reason-needed': {
    status: 422,
    issue: 'required',
    ja: '理由、同意を得られなかった事情、短い説明（4〜200字）をすべて入れてください。',
    en: 'Give the reason, why consent could not be asked, and a short explanation (4–200 characters).',
  },
  'emergency-desk': {
    status: 403,
    issue: 'security',
    ja: '共用の端末では、直前（{minutes}分以内）の本人確認が必要です。/sign-in/again で確認してから、やり直してください。',
    en: 'At a shared device you must prove yourself right before ({minutes} minutes). Do so at /sign-in/again, then try again.',
  },
  'emergency-chained': {
    status: 403,
    issue: 'security',
    ja: 'このサインインでは、別の勤務先または役割も使われています。いったんサインアウトし、今いる勤務先だけでサインインしてください。',
    en: 'Another workplace or role was used in this sign-in. Sign out, and sign in for the place where you are now.',
  },
  'emergency-self': {
    status: 403,
    issue: 'forbidden',
    ja: 'ご自身の記録は、緊急アクセスでは開けません。本人の画面（/me）でご覧ください。',
    en: 'You cannot open your own record this way. See it on your own pages (/me).',
  },
  'emergency-family': {
    status: 403,
    issue: 'forbidden',
    ja: 'ご家族の記録は、緊急アクセスでは開けません。ほかの医師・看護職員に開いてもらってください。',
    en: 'You cannot open a relative’s record this way. Ask another clinician to open it.',
  },
  'emergency-running': {
    status: 409,
    issue: 'business-rule',
    ja: 'この人の緊急アクセスは、すでに開いています（{where}）。',
    en: 'Emergency access to this person is open already ({where}).',
  },
  'emergency-not-needed': {
    status: 409,
    issue: 'business-rule',
    ja: 'この人は同意しています。ふつうの診療の画面（{where}）で見られます。',
    en: 'This person has consented. Use the ordinary chart ({where}).',
  },
  'emergency-over': {
    status: 403,
    issue: 'expired',
    ja: 'この緊急アクセスは終わったか、あなたのものではありません。必要なら、/clinic/emergency からもう一度開いてください。',
    en: 'This emergency access has ended, or is not yours. If it is still needed, open it again at /clinic/emergency.',
  },
  'emergency-extended': {
    status: 409,
    issue: 'business-rule',
    ja: '延長は1回だけです。まだ必要なら、終わってからもう一度開いてください。',
    en: 'It can be extended once. If you still need it, open it again when it has ended.',
  },
  'emergency-request-over': {
    status: 409,
    issue: 'business-rule',
    ja: 'この依頼は、期限（{minutes}分）が過ぎたか、返事が済んでいます。必要なら、もう一度依頼してください。',
    en: 'This request has run out ({minutes} minutes) or was answered. Ask again if needed.',
  },
  'emergency-second-refused': {
    status: 403,
    issue: 'forbidden',
    ja: 'あなたは、この依頼の2人目になれません（依頼した本人、患者の家族、同姓同名など）。ほかの医師・看護職員に頼んでください。',
    en: 'You cannot be the second here (you asked, you are a relative, or you bear the name). Ask another clinician.',
  },
  'review-not-yours': {
    status: 403,
    issue: 'forbidden',
    ja: 'この件は、あなたには審査できません（開いた本人、または同じ施設の職員です）。別の監査担当に任せてください。',
    en: 'You cannot review this case (you opened it, or work at the same institution). Leave it to another auditor.',
  },
  'review-closed': {
    status: 409,
    issue: 'business-rule',
    ja: 'この件は審査が終わっています。',
    en: 'This case has been decided.',
  },
  'review-twice': {
    status: 409,
    issue: 'business-rule',
    ja: 'あなたの審査は済んでいます。もう1人は別の監査担当が行います。',
    en: 'You have given your verdict. The other one is for another auditor.',
  },
  'review-not-asked': {
    status: 409,
    issue: 'business-rule',
    ja: 'この件に、答えを待っている質問はありません。',
    en: 'No question waits for your answer here.',
  },
} as const satisfies RefusalTable
