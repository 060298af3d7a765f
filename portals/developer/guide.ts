/** Commands that a vendor's engineer can paste into a terminal. Pure. */
import type { Words } from '#ui'

export type Command = { id: string; title: Words; says: Words; shell: string }
/** Addresses of this installation. `tlsBase`: null where there is no listener for certificates. */
export type Places = { baseUrl: string; tlsBase: string | null; demo: boolean }

/** Facility, key and token of the commands: of the demo's folder, or to be put in. */
const preparation = (demo: boolean): string =>
  demo
    ? 'H=.enishi\nF=$(jq -r .facilities[0].clientId $H/demo.json)\nCERT=(--cacert $H/demo-tls/ca.pem --cert $H/demo-tls/$F.pem --key $H/demo-tls/$F.key)'
    : 'F=your-client-id\nCERT=(--cert client.pem --key client.key)'

/** How a system gets its token and what it does with it. */
export function commandsFor({ baseUrl, tlsBase, demo }: Places): Command[] {
  const at = tlsBase ?? baseUrl
  return [tokenCommand(at, demo), demo ? demoAssertion(baseUrl) : assertionCommand(baseUrl), dpopCommand(at), ...afterwards(at)]
}

const tokenCommand = (at: string, demo: boolean): Command => ({
  id: 'mtls',
  title: { ja: '1. 証明書でトークンを取り、検索する（mTLS）', en: '1. Get a token with a certificate, and search (mTLS)' },
  says: {
    ja: 'トークンは証明書に結び付きます。ほかの証明書では使えません（RFC 8705）。',
    en: 'The token is tied to the certificate; with another it is worth nothing (RFC 8705).',
  },
  shell: `${preparation(demo)}
TOKEN=$(curl -s "\${CERT[@]}" ${at}/oauth/token \\
  -d grant_type=client_credentials -d client_id=$F -d scope='system/*.cruds' | jq -r .access_token)
curl -s "\${CERT[@]}" "${at}/fhir/R4/Observation?_count=5" -H "Authorization: Bearer $TOKEN"`,
})

const assertionSays: Words = {
  ja: 'SMART Backend Services の手順です。署名した JWT（iss・sub・aud・jti・exp）を送ります。aud はトークンの窓口です。',
  en: 'SMART Backend Services: send a signed JWT with iss, sub, aud, jti and exp. Its audience is the token endpoint.',
}
const assertionTitle: Words = {
  ja: '2. 秘密鍵の署名で名乗る（private_key_jwt）',
  en: '2. Prove the client with a signed assertion (private_key_jwt)',
}

const exchange = (baseUrl: string, scope: string): string => `curl -s ${baseUrl}/oauth/token \\
  -d grant_type=client_credentials -d scope='${scope}' \\
  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\
  --data-urlencode client_assertion@assertion.jwt`

const assertionCommand = (baseUrl: string): Command => ({
  id: 'assertion',
  title: assertionTitle,
  says: assertionSays,
  shell: exchange(baseUrl, 'system/*.rs'),
})

/** In the demo the key is at hand, and a token tied to nothing is let in. */
const demoAssertion = (baseUrl: string): Command => ({
  id: 'assertion',
  title: assertionTitle,
  says: {
    ja: `${assertionSays.ja}デモの施設は、結び付きのないトークン（Bearer）も使えます。本番では、自分の記録を読むだけの患者アプリにしか許されません。`,
    en: `${assertionSays.en} Demo institutions may also use tokens tied to nothing (Bearer); outside the demo only a person’s own read-only app may.`,
  },
  shell: `node -e '
  const { createPrivateKey, randomUUID, sign } = require("node:crypto")
  const { facilities: [f], tokenEndpoint } = JSON.parse(require("node:fs").readFileSync(".enishi/demo.json"))
  const part = (o) => Buffer.from(JSON.stringify(o)).toString("base64url"), now = Math.floor(Date.now() / 1000)
  const text = part({ alg: "ES384", typ: "JWT", kid: f.privateKeyJwk.kid }) + "." +
    part({ iss: f.clientId, sub: f.clientId, aud: tokenEndpoint, jti: randomUUID(), iat: now, exp: now + 120 })
  const key = createPrivateKey({ key: f.privateKeyJwk, format: "jwk" })
  process.stdout.write(text + "." + sign("sha384", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url"))
' > assertion.jwt
TOKEN=$(${exchange(baseUrl, 'system/*.cruds')} | jq -r .access_token)
curl -s "${baseUrl}/fhir/R4/Condition?_count=5" -H "Authorization: Bearer $TOKEN"`,
})

const dpopCommand = (at: string): Command => ({
  id: 'dpop',
  title: { ja: '3. 鍵に結び付ける（DPoP）', en: '3. Tie the token to a key (DPoP)' },
  says: {
    ja: '要求ごとに新しい証明を作ります。証明は60秒間、一度だけ有効です（RFC 9449）。',
    en: 'Make a fresh proof for each request. A proof is good once, for 60 seconds (RFC 9449).',
  },
  shell: `# PROOF: typ=dpop+jwt、htm・htu・iat・jti・ath を署名した JWT / a JWT that signs these
curl -s "${at}/fhir/R4/Patient?_count=5" -H "Authorization: DPoP $TOKEN" -H "DPoP: $PROOF"`,
})

const afterwards = (at: string): Command[] => [
  {
    id: 'bulk',
    title: { ja: 'まとめて取り出す（Bulk Data Export）', en: 'Take data out in bulk (Bulk Data Export)' },
    says: {
      ja: '受け付けると 202 と Content-Location が返ります。その場所で進み具合を尋ね、終わったら NDJSON のファイルを取ります。ファイルにもトークンが要ります。',
      en: 'The answer is 202 with a Content-Location. Ask there how it stands; when done, fetch the NDJSON files. They need the token too.',
    },
    shell: `curl -s -i "\${CERT[@]}" "${at}/fhir/R4/\\$export?_type=Patient,Observation" \\
  -H "Authorization: Bearer $TOKEN" -H "Accept: application/fhir+json" -H "Prefer: respond-async"`,
  },
  {
    id: 'subscription',
    title: { ja: '変化を知らせてもらう（Subscription）', en: 'Hear of changes (Subscription)' },
    says: {
      ja: '届く内容は、届ける瞬間に見てよいものだけです。送り先は、運用者が許したホスト（ENISHI_HOOK_HOSTS）に限ります。',
      en: 'What is delivered is what may be seen at that moment. Endpoints must be on hosts the operator allows (ENISHI_HOOK_HOSTS).',
    },
    shell: `curl -s "\${CERT[@]}" ${at}/fhir/R4/Subscription \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/fhir+json" -d '{
  "resourceType": "Subscription", "status": "requested", "reason": "new results",
  "criteria": "Observation?status=final",
  "channel": { "type": "rest-hook", "endpoint": "https://your-system.example/hook", "payload": "application/fhir+json" }
}'`,
  },
]
