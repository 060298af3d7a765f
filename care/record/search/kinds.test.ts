/** What each kind of parameter, prefix and modifier finds: the manual of the search. @spec FHIR R4 search https://hl7.org/fhir/R4/search.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchTermsWith } from './terms.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  // What a value set lists itself, and nothing of what another platform in this process was bound to.
  searchTermsWith(null)
  world = await openWorld()
})
afterAll(() => world?.close())

const rules = (title: string, table: Record<string, string>) =>
  describe(title, () => {
    test.each(Object.entries(table))('%s -> %s', async (query, expected) => {
      expect((await world.find(query)).join(' ')).toBe(expected)
    })
  })

rules('string', {
  'Location?name=ガーデン': 'loc-tokyo',
  'Location?name=がーでん': 'loc-tokyo',
  'Location?name=ｶﾞｰﾃﾞﾝ': 'loc-tokyo',
  'Location?name=病院': '',
  'Location?name:contains=病院': 'loc-tokyo',
  'Location?name:exact=ガーデン病院': 'loc-tokyo',
  'Location?name:exact=がーでん病院': '',
  'Location?name=カーデン': '',
  'Location?name:kana-loose=カーテン': 'loc-osaka loc-tokyo',
  'Location?name:kana-loose=ガーデ': 'loc-osaka loc-tokyo',
  'Location?name:kana-loose-contains=ーデン': 'loc-osaka loc-tokyo',
  'Location?name:missing=true': '',
  'Location?name:missing=false': 'loc-osaka loc-tokyo',
  'Observation?value-string=わら色': 'word',
  'Observation?value-string:contains=ＣＬＥＡＲ': 'word',
  'Practitioner?name=佐藤,森': 'dr-mori dr-sato',
})

rules('token', {
  'Observation?subject=HANAKO&code=2823-3': 'k-4 k-54',
  'Observation?subject=HANAKO&code=http://loinc.org|2823-3': 'k-4 k-54',
  'Observation?subject=HANAKO&code=http://loinc.org|&status=final': 'below bp-high bp-low k-4 k-54 weight word',
  'Observation?subject=HANAKO&code=|2823-3': '',
  'Observation?subject=HANAKO&code:not=2823-3': 'below bp-high bp-low weight word',
  'Observation?subject=HANAKO&code:text=カリウム': 'k-4 k-54',
  'Observation?code:text=血清': 'k-4',
  'Observation?method:text=目視': 'word',
  'Observation?subject=HANAKO&method:missing=false': 'word',
  'Observation?code:in=http://example.jp/vs/salts': 'k-4 k-54 taro-k',
  'Observation?code:in=ValueSet/vs-salts': 'k-4 k-54 taro-k',
  'Observation?subject=HANAKO&code:not-in=http://example.jp/vs/salts': 'below bp-high bp-low weight word',
  'Condition?identifier:of-type=urn:kind|MR|C1': 'diabetes',
  'Condition?identifier:of-type=urn:kind|XX|C1': '',
  'Condition?identifier:of-type=urn:kind|XX|a\\,b\\$c\\|d\\\\e': 'diabetes',
  'Condition?identifier=urn:odd|a\\,b\\$c\\|d\\\\e': 'diabetes',
  'Condition?identifier=a\\,b\\$c\\|d\\\\e': 'diabetes',
  'Procedure?status:in=http://hl7.org/fhir/ValueSet/event-status&code=na': 'of-na',
  'Condition?identifier=urn:no|C1': 'diabetes',
  'Condition?identifier=C1': 'diabetes',
  'Condition?_tag=urn:t|a': 'diabetes',
  'Condition?_tag:not=urn:t|a': 'taro-asthma',
  'Condition?code:text=糖尿病': 'diabetes',
  'Observation?combo-code=8480-6': 'bp-high bp-low',
  'Observation?component-code=8480-6&combo-code=85354-9': 'bp-high bp-low',
  'Practitioner?gender=female': 'dr-mori',
})

rules('reference', {
  'Observation?performer=Practitioner/dr-sato': 'k-4 taro-k',
  'Observation?performer:Practitioner=dr-sato': 'k-4 taro-k',
  'Observation?performer=dr-sato': 'k-4 taro-k',
  'Observation?performer:Organization=dr-sato': '',
  'Observation?performer=Organization/org-lab,Practitioner/dr-sato': 'k-4 k-54 taro-k',
  'Observation?encounter=visit-1': 'k-4 k-54',
  'Observation?encounter=Encounter/visit-1/_history/1': 'k-4 k-54',
  'Observation?subject=HANAKO&encounter:missing=true': 'below bp-low weight word',
  'Observation?subject=HANAKO&performer:missing=false': 'k-4 k-54',
  'Condition?asserter:identifier=urn:license|L-9': 'taro-asthma',
  'Condition?asserter:missing=true': '',
  'Condition?patient=Patient/TARO': 'taro-asthma',
  'Condition?patient=TARO,HANAKO': 'diabetes taro-asthma',
  'Encounter?practitioner=dr-sato': 'visit-1',
  // The same type and id on another server is another resource.
  'Procedure?performer=Practitioner/dr-sato': '',
  'Procedure?performer=http://other.example/fhir/Practitioner/dr-sato': 'elsewhere',
  'Encounter?practitioner=http://other.example/fhir/Practitioner/dr-sato': '',
  'Encounter?practitioner=http://localhost/fhir/R4/Practitioner/dr-sato': 'visit-1',
  'Encounter?subject=http://other.example/fhir/Patient/HANAKO': '',
  'Encounter?subject=http://localhost/fhir/R4/Patient/HANAKO': 'visit-1 visit-2',
  'Practitioner?_has:Procedure:performer:status=completed': '',
  'Organization?partof:below=Organization/org-lab': 'org-part org-part-of-part',
  'Procedure?performer:below=Organization/org-lab': 'of-na',
  'Procedure?performer:below=Organization/org': '',
  'Procedure?performer:above=Organization/org-part-of-part': 'of-na',
  'Procedure?performer:above=Organization/org-lab': '',
  'QuestionnaireResponse?questionnaire=http://example.jp/q/asked': 'answered',
  'QuestionnaireResponse?questionnaire:below=http://example.jp/q/asked': 'answered',
  'QuestionnaireResponse?questionnaire:below=http://example.jp/q/ask': '',
  'QuestionnaireResponse?questionnaire=http://example.jp/q/asked|1': '',
})

rules('date', {
  'Observation?subject=HANAKO&date=2026-05-01': 'k-4',
  'Observation?subject=HANAKO&date=2026-05': 'below bp-high bp-low k-4 k-54 weight',
  'Observation?subject=HANAKO&date=2026': 'below bp-high bp-low k-4 k-54 weight word',
  'Observation?subject=HANAKO&date=ne2026-05': 'word',
  'Observation?subject=HANAKO&date=gt2026-05-05': 'bp-low word',
  'Observation?subject=HANAKO&date=sa2026-05-05': 'bp-low',
  'Observation?subject=HANAKO&date=lt2026-05-02': 'k-4 word',
  'Observation?subject=HANAKO&date=eb2026-05-02': 'k-4',
  'Observation?subject=HANAKO&date=ge2026-05-06': 'bp-low word',
  'Observation?subject=HANAKO&date=le2026-05-01': 'k-4 word',
  'Observation?subject=HANAKO&date=ap2026-05-01': 'k-4 word',
  'Observation?subject=HANAKO&date=ge2026-05-02&date=le2026-05-03': 'k-54 weight word',
  'Encounter?date=2026-05-02': '',
  'Encounter?date=ap2026-05-02': 'visit-1',
  'Encounter?date=gt2027': 'visit-2',
  'Encounter?date=eb2026-06': 'visit-1',
})

rules('number', {
  'RiskAssessment?probability=0.25': 'risk',
  'RiskAssessment?probability=0.3': 'risk',
  'RiskAssessment?probability=0.30': '',
  'RiskAssessment?probability=gt0.25': '',
  'RiskAssessment?probability=ge0.25': 'risk',
  'RiskAssessment?probability=lt0.26': 'risk',
  'RiskAssessment?probability=ne0.25': '',
  'RiskAssessment?probability=ap0.27': 'risk',
  'RiskAssessment?probability:missing=true': '',
})

rules('quantity', {
  'Observation?value-quantity=5.4': 'k-54',
  'Observation?value-quantity=5.4|http://unitsofmeasure.org|mmol/L': 'k-54 taro-k',
  'Observation?value-quantity=5.4||mmol/L': 'k-54',
  'Observation?value-quantity=5||mmol/L': 'k-54',
  'Observation?value-quantity=5.0||mmol/L': '',
  'Observation?value-quantity=gt5|http://unitsofmeasure.org|mmol/L': 'k-54 taro-k',
  'Observation?value-quantity=le4||mmol/L': 'k-4',
  'Observation?value-quantity=52500|http://unitsofmeasure.org|g': 'weight',
  'Observation?value-quantity=lt0.3||mg/dL': 'below',
  'Observation?value-quantity=eb0.3||mg/dL': '',
  'Observation?value-quantity=gt100||mm[Hg]': '',
  'Observation?combo-value-quantity=gt100||mm[Hg]': 'bp-high bp-low',
  'Observation?component-value-quantity=ap72||mm[Hg]': 'bp-high',
  'Observation?subject=HANAKO&value-quantity:missing=true': 'bp-high bp-low word',
})

rules('uri', {
  'ValueSet?url=http://example.jp/vs/salts': 'vs-salts',
  'ValueSet?url:below=http://example.jp/vs/salts': 'vs-below vs-salts',
  'ValueSet?url:below=http://example.jp/vs/salt': '',
  'ValueSet?url:above=http://example.jp/vs/salts/blood': 'vs-below vs-salts',
  'ValueSet?url:missing=true': '',
  'Condition?_profile=http://example.jp/p/condition': 'diabetes',
  'Condition?_profile=http://example.jp/p/condition|1.0': 'diabetes',
  'Condition?_profile=http://example.jp/p/condition|2.0': '',
  'Condition?_profile:below=http://example.jp/p': 'diabetes',
  'Condition?_source=urn:source:x': 'diabetes',
})

rules('composite', {
  'Observation?code-value-quantity=2823-3$gt5': 'k-54 taro-k',
  'Observation?code-value-quantity=2823-3$gt5||mmol/L': 'k-54',
  'Observation?component-code-value-quantity=8480-6$gt140': 'bp-high',
  'Observation?component-code-value-quantity=8480-6$lt80': '',
  'Observation?component-code-value-quantity=8462-4$gt80': 'bp-low',
  'Observation?component-code-value-quantity=http://loinc.org|8462-4$70||mm[Hg]': 'bp-high',
  'Observation?combo-code-value-quantity=8480-6$gt140,2823-3$gt5': 'bp-high k-54 taro-k',
  'Observation?code-value-string=5778-6$ワラ': 'word',
  'Observation?code-value-date=5778-6$2026': '',
  'ValueSet?context-type-value=focus$urn:topic|lab': 'vs-salts',
  'ValueSet?context-type-value=age$urn:topic|lab': '',
  'ValueSet?context-type-quantity=urn:use|age$ge40': 'vs-salts',
  'Observation?component-code-value-quantity:missing=false': 'bp-high bp-low',
})

rules('parameters of every type', {
  'Observation?_id=k-4,k-54,nobody': 'k-4 k-54',
  'Observation?_id:not=k-4&_id=k-4,k-54': 'k-54',
  'Observation?_id:missing=true': '',
  'Observation?_id=k-4&_id:missing=false&_lastUpdated:missing=false': 'k-4',
  'Observation?_lastUpdated:missing=true': '',
  'Observation?_id=k-4&_contained=false': 'k-4',
  'Patient?_id=HANAKO': 'HANAKO',
  'Observation?_lastUpdated=lt2026': '',
  'Condition?_lastUpdated=ge2026-11-22': 'diabetes taro-asthma',
  'Observation?_list=problems': 'k-4 weight',
  'Condition?_list=problems': '',
  'Observation?_text=澄明で': 'word',
  'Observation?_text=div': '',
  'Observation?_content=ワラ色': 'word',
  'Observation?_content=resourcetype': '',
  'Condition?_content=きかんし': '',
  'Condition?_content=喘息': 'taro-asthma',
  'Location?near=35.68|139.76|5|km': 'loc-tokyo',
  'Location?near=35.0|137.5|400': 'loc-osaka loc-tokyo',
})

rules('order', {
  'Observation?subject=HANAKO&_sort=date': 'word k-4 k-54 weight below bp-high bp-low',
  'Observation?subject=HANAKO&_sort=-date': 'bp-low bp-high below weight k-54 k-4 word',
  'Observation?subject=HANAKO&value-quantity:missing=false&_sort=value-quantity': 'below k-4 k-54 weight',
  'Observation?subject=HANAKO&_sort=value-string,-date': 'word bp-low bp-high below weight k-54 k-4',
  'Observation?subject=HANAKO&_sort=-value-string,date': 'word k-4 k-54 weight below bp-high bp-low',
  'Observation?subject=HANAKO&_sort=code,-date': 'below k-54 k-4 weight word bp-low bp-high',
  'Observation?subject=HANAKO&_sort=encounter,date': 'k-4 k-54 bp-high word weight below bp-low',
  'ValueSet?_sort=url': 'vs-k-few vs-k vs-salts vs-below',
  'ValueSet?_sort=-url': 'vs-below vs-salts vs-k vs-k-few',
  'Location?_sort=name': 'loc-osaka loc-tokyo',
  'Location?_sort=-_id': 'loc-tokyo loc-osaka',
})

describe('what is refused, not passed over', () => {
  test.each([
    'Observation?code:above=x',
    'Observation?code:above=http://example.jp/cs/none|x',
    'Procedure?code:below=http://example.jp/cs/salts|none',
    'Observation?performer:below=Practitioner/dr-sato',
    'Observation?_lastUpdated:missing=maybe',
    'Observation?_lastUpdated:not=2026',
    'Observation?code:exakt=x',
    'Observation?code:in=http://example.jp/vs/nowhere',
    'Observation?date:exact=2026',
    'Observation?value-quantity=many',
    'Observation?value-quantity=1|a|b|c',
    'Observation?code-value-quantity=2823-3',
    'Observation?code-value-quantity=2823-3$',
    'Observation?_sort=code-value-quantity',
    'Observation?_sort=a,b,c,d,e,f',
    'Observation?_list=$current-problems',
    'Observation?_query=x',
    'Observation?identifier:of-type=a|b',
    'Observation?subject:Patient.nobody=x',
    'Observation?subject:Nobody.name=x',
    'Observation?code.x=y',
    'Location?_has:Observation:performer:code=x',
    'Patient?_has:Observation=x',
    `Observation?${'subject.link.link.link.link.'}name=x`,
    'Observation?_include=Observation:nobody',
    'Observation?_include:deep=Observation:subject',
    'Location?near=north|east',
    `Observation?${Array.from({ length: 51 }, (_, i) => `unknown${i}=x`).join('&')}`,
    'Location?near=35|139|1|parsec',
    'Observation?_text=%20',
    `Observation?${Array.from({ length: 51 }, (_, i) => `status=final${i}`).join('&')}`,
  ])('%s', async (query) => {
    expect((await world.hospital.get(`/fhir/R4/${query}`)).status).toBe(400)
  })

  test.each([
    "Observation?code=';drop table record.resource--",
    'Observation?code=%00',
    "Observation?_sort=date'",
    "Observation?subject:Patient.name=')--",
    'Observation?constructor=x',
    'Observation?__proto__=x',
    'Observation?code:text="\')',
    'Observation?value-string:kana-loose=%25',
    'Observation?code-value-quantity=$$$',
    'Observation?value-quantity=1e99',
    'Observation?value-quantity=999999999999999999999',
    'Observation?_content=\\',
    'Location?near=1e999|1|1',
  ])('%s is no fault', async (query) => {
    expect((await world.hospital.get(`/fhir/R4/${query}`)).status).toBeLessThan(500)
  })
})
