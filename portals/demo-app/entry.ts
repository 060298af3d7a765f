import type { AppClient } from '#care/person'

export const DEMO_APP = 'demo-app'

const LABORATORY = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS|laboratory'

/** What it asks for; `launch` from a chart, `launch/patient` on its own. */
export const demoAppScopes = [
  'openid',
  'fhirUser',
  'offline_access',
  'patient/Patient.r',
  'patient/MedicationRequest.rs',
  `patient/Observation.rs?category=${LABORATORY}`,
] as const

/**
 * The example app as the register knows it: it runs in the browser, keeps no secret, and only reads.
 * @param baseUrl public address of the platform, without a slash at its end
 */
export const demoApp = (baseUrl: string): AppClient => ({
  clientId: DEMO_APP,
  institutionNumber: '',
  name: 'お薬と検査の手帳（例）',
  nameEn: 'Medicines and Tests (example)',
  maker: '縁のデモ',
  about: { ja: 'お薬と検査結果を一覧にする例のアプリです。', en: 'An example app that lists medicines and test results.' },
  logoText: '例',
  homepageUrl: `${baseUrl}/demo/app`,
  privacyUrl: null,
  jwks: { keys: [] },
  scopes: [...demoAppScopes, 'launch', 'launch/patient'],
  binding: 'none',
  kind: 'public',
  forCitizens: true,
  forStaff: true,
  redirectUris: [`${baseUrl}/demo/app`],
  launchUrl: `${baseUrl}/demo/app/launch`,
  authMethod: 'none',
  parRequired: false,
  grantTypes: ['authorization_code', 'refresh_token'],
})
