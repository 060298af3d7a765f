/** Test support: expressions by chapter of the specification, each with the resource it runs on. One a line. */

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** chapter: resource, expressions. */
export const chapters: Record<string, { on: 'patient' | 'observation' | 'questionnaire' | 'bundle'; expressions: string[] }> = {
  navigation: {
    on: 'patient',
    expressions: lines(`
      name
      name.given
      Patient.name.given
      Resource.id
      DomainResource.text.status
      Observation.id
      name[0].given[1]
      name[5]
      name.given[1]
      name.first().family
      nothing
      name.nothing
      birthDate
      birthDate.extension
      birthDate.id
      birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value
      name.given.extension.value
      deceased
      multipleBirth
      Patient.deceased
      extension.value
      extension.extension.value
      contact.name.given
      contact.relationship.text
      meta.profile
      meta.lastUpdated
      contained.name
      contained.id
      contained[0].active
      ${'`name`'}.${'`family`'}
      Patient.${'`name`'}.given
      managingOrganization.reference
      identifier.period.start
      text.div
      address.line
      address.line[0]
      name.period
      (name.given)[0]
      name.where(use = 'official').given.first()
      $this.name.family
      %context.name.family
      %resource.id
      %rootResource.id
      name.select(%resource.id)
      name.select($this.family)
      Patient.is(Patient)
      communication.preferred
      communication.language.coding.code
    `),
  },
  'existence and filters': {
    on: 'patient',
    expressions: lines(`
      {}
      {}.empty()
      name.empty()
      name.exists()
      nothing.exists()
      name.exists(use = 'usual')
      name.exists(use = 'temp')
      name.all(given.exists())
      name.all(family.exists())
      {}.all(false)
      name.count()
      nothing.count()
      name.given.count()
      name.given.distinct()
      name.given.isDistinct()
      name.use.isDistinct()
      (1 | 2 | 1).count()
      (1).combine(1).isDistinct()
      (true | false).allTrue()
      (true).combine(true).allTrue()
      (true | false).anyTrue()
      (true | false).allFalse()
      (false).combine(false).allFalse()
      (true | false).anyFalse()
      {}.allTrue()
      {}.anyTrue()
      {}.allFalse()
      {}.anyFalse()
      ('a' | 'b').subsetOf('a' | 'b' | 'c')
      ('a' | 'd').subsetOf('a' | 'b' | 'c')
      {}.subsetOf('a')
      ('a' | 'b' | 'c').supersetOf('a' | 'b')
      ('a').supersetOf({})
      name.where(use = 'official')
      name.where(use = 'official' or use = 'usual').family
      name.where(given.count() > 1).use
      name.where($index = 1).use
      name.where(false)
      name.where({})
      telecom.where(rank > 1).value
      telecom.where(system = 'phone' and use = 'mobile').value
      name.select(given)
      name.select(given.first())
      name.select(given & ' ' & family)
      name.select($index)
      name.given.select($index + 1)
      name.select(nothing)
      name.repeat(period)
      repeat(contact)
      contact.repeat(name)
      name.ofType(HumanName).use
      contained.ofType(Organization).name
      contained.ofType(Practitioner).name.family
      extension.value.ofType(integer)
      extension.value.ofType(string)
      name.given.where($this.startsWith('H'))
      identifier.where(system.startsWith('urn:oid')).value
      telecom.where(system = 'email').exists()
      name.where(period.exists()).period.end
      name.where(use in ('official' | 'maiden')).use
    `),
  },
  subsetting: {
    on: 'patient',
    expressions: lines(`
      name.single()
      name.where(use = 'usual').single().family
      {}.single()
      name.first().use
      name.last().use
      name.tail().use
      name.skip(1).use
      name.skip(-1).use
      name.skip(9)
      name.take(2).use
      name.take(0)
      name.take(-1)
      name.take(9).count()
      {}.first()
      (1 | 2 | 3).tail()
      (1 | 2 | 3).intersect(2 | 3 | 4)
      (1 | 2 | 3).exclude(2)
      (1 | 2).combine(2 | 3).exclude(2)
      name.given.intersect('花子' | 'x')
      name.given.exclude('花子')
      (1).combine(1).intersect(1)
      (1 | 2).union(2 | 3)
      (1 | 2).combine(2 | 3)
      1 | 2 | 2
      name.given | contact.name.given
      name.select(use | family)
      name.union(contact.name).family
      (1 | 2 | 3)[1]
      (1 | 2 | 3)[3]
      (1|2|3).last()
      name.use.union('x').count()
      name.given.combine(name.given).count()
    `),
  },
  conversion: {
    on: 'patient',
    expressions: lines(String.raw`
      iif(true, 'a', 'b')
      iif(false, 'a', 'b')
      iif({}, 'a', 'b')
      iif(false, 'a')
      iif(name.exists(), name.first().family, 'none')
      name.first().iif(use = 'official', 1, 2)
      'true'.toBoolean()
      'T'.toBoolean()
      'Yes'.toBoolean()
      '1'.toBoolean()
      '1.0'.toBoolean()
      'no'.toBoolean()
      '0.0'.toBoolean()
      'x'.toBoolean()
      1.toBoolean()
      0.toBoolean()
      2.toBoolean()
      1.0.toBoolean()
      0.0.toBoolean()
      2.5.toBoolean()
      'x'.convertsToBoolean()
      'y'.convertsToBoolean()
      1.convertsToBoolean()
      '12'.toInteger()
      '-12'.toInteger()
      '+12'.toInteger()
      '1.2'.toInteger()
      'a'.toInteger()
      true.toInteger()
      false.toInteger()
      3.toInteger()
      '12'.convertsToInteger()
      '1.2'.convertsToInteger()
      1.5.convertsToInteger()
      '1.5'.toDecimal()
      '1'.toDecimal()
      'x'.toDecimal()
      true.toDecimal()
      1.toDecimal()
      1.25.toDecimal()
      '1.5'.convertsToDecimal()
      'x'.convertsToDecimal()
      1.toString()
      1.5.toString()
      true.toString()
      'a'.toString()
      @2015.toString()
      @2015-02-04.toString()
      @T14:30.toString()
      @2015-02-04T14:30:00Z.toString()
      4.toString().length()
      birthDate.toString()
      active.toString()
      name.toString()
      {}.toString()
      1.convertsToString()
      name.first().convertsToString()
      '2015'.toDate()
      '2015-02'.toDate()
      '2015-02-04'.toDate()
      '2015-13'.toDate()
      'x'.toDate()
      @2015-02-04.toDate()
      @2015-02-04T10:00:00.toDate()
      '2015-02-04'.convertsToDate()
      '2015-02-04T10:00:00Z'.convertsToDate()
      'x'.convertsToDate()
      '2015-02-04'.toDateTime()
      '2015-02-04T14:34:28Z'.toDateTime()
      '2015-02-04T14:34'.toDateTime()
      @2015-02-04.toDateTime()
      'x'.toDateTime()
      '2015-02-04T14:34:28+09:00'.convertsToDateTime()
      'x'.convertsToDateTime()
      '14:34'.toTime()
      '14:34:28'.toTime()
      '14'.toTime()
      'x'.toTime()
      '14:34:28.123'.convertsToTime()
      '25:00'.convertsToTime()
      '1'.toQuantity()
      1.toQuantity()
      1.5.toQuantity()
      '4.5 \'mg\''.toQuantity()
      '3 days'.toQuantity()
      '3 day'.toQuantity()
      'x'.toQuantity()
      '1 \'wk\''.convertsToQuantity()
      '1 wk'.convertsToQuantity()
      '1.a'.convertsToQuantity()
      true.convertsToQuantity()
      birthDate.toDate()
      identifier.first().value.toInteger()
      multipleBirth.toString()
      multipleBirth.toDecimal()
      {}.toInteger()
      {}.convertsToInteger()
      active.toInteger()
    `),
  },
  text: {
    on: 'patient',
    expressions: lines(String.raw`
      'abcdefg'.indexOf('bc')
      'abcdefg'.indexOf('x')
      'abcdefg'.indexOf('')
      {}.indexOf('x')
      'abc'.indexOf({})
      'abcdefg'.substring(3)
      'abcdefg'.substring(1, 2)
      'abcdefg'.substring(6, 2)
      'abcdefg'.substring(7, 1)
      'abcdefg'.substring(-1, 1)
      'abcdefg'.substring(0, 0)
      'abc'.substring({})
      {}.substring(1)
      'abcdefg'.startsWith('abc')
      'abcdefg'.startsWith('')
      'abcdefg'.startsWith('xyz')
      'abcdefg'.endsWith('efg')
      'abcdefg'.endsWith('abc')
      'abc'.contains('b')
      'abc'.contains('bc')
      'abc'.contains('d')
      'abc'.contains('')
      {}.contains('x')
      'abcdefg'.upper()
      'AbCdefg'.lower()
      'abcdefg'.replace('cde', '123')
      'abcdefg'.replace('cde', '')
      'abc'.replace('', 'x')
      'aXbXc'.replace('X', '$&')
      'abc'.matches('b')
      'abc'.matches('^b')
      'abc'.matches('^[a-z]+$')
      'N8000123'.matches('^N[0-9]{7}$')
      'a\nb'.matches('a.b')
      'abc'.matches('')
      {}.matches('a')
      'abc'.matches({})
      'http://example.jp/a/b'.matches('^https?://[^/]+/.*$')
      '縁側'.matches('^\\p{Han}+$')
      'abc'.matchesFull('b')
      'abc'.matchesFull('a.c')
      '11/30/1972'.replaceMatches('\\b(\\d{1,2})/(\\d{1,2})/(\\d{2,4})\\b', '$2-$1-$3')
      '11/30/1972'.replaceMatches('\\b(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{2,4})\\b', '$<day>-$<month>-$<year>')
      'abc'.replaceMatches('', 'x')
      'aaa'.replaceMatches('a', 'b')
      'abc'.length()
      ''.length()
      '縁側'.length()
      'abc'.toChars()
      ''.toChars()
      'a,b,c'.split(',')
      'a'.split(',')
      ('a' | 'b' | 'c').join(',')
      ('a' | 'b').join()
      {}.join(',')
      name.given.join('/')
      '  a b '.trim()
      'test'.encode('base64')
      'dGVzdA=='.decode('base64')
      'test'.encode('hex')
      '74657374'.decode('hex')
      'subjects?_d'.encode('urlbase64')
      'c3ViamVjdHM_X2Q='.decode('urlbase64')
      '"1<2"'.escape('html')
      '&quot;1&lt;2&quot;'.unescape('html')
      '"1<2"'.escape('json')
      '\\"1<2\\"'.unescape('json')
      'a' + 'b'
      'a' & 'b'
      'a' & {}
      {} & {}
      'a' + {}
      1 & 'a'
      name.first().family & '・'
      name.given.substring(1)
      name.first().given.first().substring(1)
      'ab'.lastIndexOf('b')
      '\u0041'
      'it\'s'
      'a\tb'.length()
      active.length()
      gender.length()
      gender.upper()
      telecom.first().value.replace('-', '')
      'a'.contains('a') and 'b'.contains('b')
      name.given.select(length())
      name.given.where(length() > 2)
      'abc'.select($this.substring($this.length() - 1))
      'abc'.substring($this.birthDate.toString().length() - 9)
    `),
  },
  numbers: {
    on: 'patient',
    expressions: lines(`
      1 + 1
      1 + 0.5
      1.5 + 1.5
      0.1 + 0.2
      1 - 2
      1.8 - 1.2
      2 * 3
      1.2 * 1.8
      1 / 2
      4 / 2
      1.2 / 0.4
      1 / 0
      1 / 3
      5 div 2
      -5 div 2
      2.2 div 1.8
      5 div 0
      5 mod 2
      -5 mod 2
      2.2 mod 1.8
      5 mod 0
      1 + {}
      {} - 1
      1 + 2 * 3
      (1 + 2) * 3
      2 - 3 - 4
      -1
      -(1 + 2)
      +1
      -1.5.abs()
      (-1.5).abs()
      (-5).abs()
      -Patient.name.given.count()
      1.ceiling()
      1.1.ceiling()
      (-1.1).ceiling()
      2.1.floor()
      (-2.1).floor()
      101.truncate()
      1.00000001.truncate()
      (-1.56).truncate()
      0.exp()
      1.ln()
      2.718.ln()
      16.log(2)
      100.0.log(10.0)
      {}.log(2)
      2.power(3)
      2.5.power(2)
      2.power(-1)
      (-1).power(0.5)
      {}.power(2)
      1.round()
      3.14159.round(3)
      1.5.round()
      2.5.round()
      (-1.5).round()
      (-2.5).round()
      1.round(-1)
      81.sqrt()
      (-1).sqrt()
      2.sqrt()
      {}.sqrt()
      'a'.abs()
      1 = 1.0
      1.0 = 1.00
      1 ~ 1.0
      1.234 ~ 1.23
      1.2 ~ 1.25
      1.0 / 3 ~ 0.33
      0.1 + 0.2 = 0.3
      1 < 2
      1 < 1.5
      1.5 >= 1.50
      1 > {}
      1 <= 1
      1 != 2
      1 !~ 2
      'a' < 'b'
      'a' <= 'a'
      '1' < 1
      1 + 'a'
      multipleBirth + 1
      multipleBirth = 2
      multipleBirth > 1.5
      multipleBirth.toDecimal() / 4
      telecom.rank.sum()
      telecom.rank.min()
      telecom.rank.max()
      telecom.rank.avg()
      (1 | 2 | 3).aggregate($this + $total, 0)
      (1 | 2 | 3).aggregate(iif($total.empty(), $this, iif($this < $total, $this, $total)))
      (1 | 2 | 3).aggregate($this + $total, 2)
      name.given.aggregate($total & $this, '')
      1.0.precision()
      1.58700.precision()
      1.587.lowBoundary(8)
      1.587.highBoundary(8)
      1.587.lowBoundary(2)
      1.587.highBoundary(2)
      (-1.587).lowBoundary(8)
      1.lowBoundary()
      1.highBoundary()
      1.587.lowBoundary(-1)
      @2014.lowBoundary(6)
      @2014.highBoundary(6)
      @2014.highBoundary(8)
      @2014-02.highBoundary(8)
      @2014-01-01T08.lowBoundary(17)
      @2014-01-01T08.highBoundary(17)
      @T10:30.lowBoundary(9)
      @T10:30.highBoundary(9)
      @2014.precision()
      @2014-01-05T10:30:00.000.precision()
      @T10:30.precision()
    `),
  },
  logic: {
    on: 'patient',
    expressions: lines(`
      true and true
      true and false
      true and {}
      false and {}
      {} and {}
      true or false
      false or false
      true or {}
      false or {}
      {} or {}
      true xor true
      true xor false
      true xor {}
      true implies true
      true implies false
      true implies {}
      false implies true
      false implies {}
      {} implies true
      {} implies false
      {} implies {}
      true.not()
      false.not()
      {}.not()
      name.exists() and name.count() = 3
      active and deceased.not()
      active
      active = true
      active.not()
      name and true
      name.first() and true
      'a' and true
      (1 = 1) and (2 = 2)
      true and false or true
      false and true or true
      true or false and false
      1 = 1 and 2 = 2
      1 in (1 | 2)
      3 in (1 | 2)
      {} in (1 | 2)
      1 in {}
      (1 | 2) contains 1
      (1 | 2) contains 3
      {} contains 1
      (1 | 2) contains {}
      name.given contains 'Hana'
      'Hana' in name.given
      (1 | 2) in (1 | 2)
      name.use contains 'old'
      true = true
      true != false
      true ~ true
      {} = {}
      {} ~ {}
      {} = 1
      {} ~ 1
      {} !~ 1
      {} != 1
      (1 | 2) = (1 | 2)
      (1 | 2) = (2 | 1)
      (1 | 2) ~ (2 | 1)
      (1 | 2) = 1
      (1 | 2) ~ 1
      'a' = 'A'
      'a' ~ 'A'
      'a b' ~ 'A  b'
      'a' != 'b'
      'a' !~ 'A'
      'a' = 1
      true = 'true'
      name = name
      name ~ name
      name[0] = name[1]
      name[0] ~ name[0]
      name[0] != name[1]
      name.first() = contact.name
      identifier ~ identifier
      gender = 'female'
      gender ~ 'FEMALE'
    `),
  },
  dates: {
    on: 'patient',
    expressions: lines(`
      @2012 = @2012
      @2012 = @2013
      @2012 = @2012-01
      @2012 != @2012-01
      @2012 ~ @2012-01
      @2012-01 = @2013-05
      @2012-04-15 = @2012-04-15
      @2012-04-15T15:00:00 = @2012-04-15T15:00:00
      @2012-04-15T15:00:00 = @2012-04-15T10:00
      @2012-04-15T15:30:31 = @2012-04-15T15:30:31.0
      @2012-04-15T15:30:31 = @2012-04-15T15:30:31.1
      @2012-04-15T15:00:00+02:00 = @2012-04-15T16:00:00+03:00
      @2012-04-15T10:00:00+09:00 = @2012-04-15T01:00:00Z
      @2012-04-15 = @2012-04-15T10:00:00
      @2012-04-15 = @2012-04-16T10:00:00
      @2012-01 < @2012-02
      @2012 < @2012-02
      @2012-01-01 > @2012
      @2012 < @2013-02
      @2012-01-01 <= @2012-01-01
      @2012-04-15T15:00:00Z > @2012-04-15T10:00:00Z
      @2012-04-15T10 < @2012-04-15T11:30
      @2012-04-15T10 < @2012-04-15T10:30
      @T10:00 < @T11:00
      @T10 < @T10:30
      @T10:30:00 = @T10:30:00.000
      @T10:30 = @T10:30:00
      @T10:30 ~ @T10:30
      @2018-03-01 = 'a'
      @2018-03-01 < @T10:00
      @2018-12-21T12:01 <= @2018-12-21T12:02
      birthDate = @1974-12-25
      birthDate < @2000-01-01
      birthDate > @1974
      birthDate.is(date)
      birthDate = '1974-12-25'
      birthDate.extension.value > @1974-12-25T14:00:00+09:00
      meta.lastUpdated > @2026-10-31
      meta.lastUpdated = @2026-11-01T00:30:15.123Z
      name.period.start
      name.period.end < @2020
      name.period.start < @2001-05
      @2012-04-15 + 1 day
      @2012-04-15 + 1 month
      @2012-01-31 + 1 month
      @2012-02-29 + 1 year
      @2012-02-29 - 1 year
      @2012 + 1 year
      @2012 + 24 months
      @2012-04 + 45 days
      @2012-04-15 + 2 weeks
      @2012-04-15 - 15 days
      @2012-04-15T10:00:00Z + 90 minutes
      @2012-04-15T10:00:00+09:00 + 1 hour
      @2012-04-15T10:00:00.000Z + 1 millisecond
      @2012-04-15T23:59:59Z + 1 second
      @2012-04-15T10:00 + 30 seconds
      @2012-04-15T10:00:00Z + 1 's'
      @2012-04-15 + 1 'd'
      @2012-04-15 + 1 'mo'
      @T23:00:00 + 2 hours
      @T01:00:00 - 2 hours
      @T10:00 + 90 minutes
      @2012-04-15 + {}
      birthDate + 20 years
      birthDate + 1 'a'
      @2012-04-15 + 1
      now() > @2020
      today() >= @2020-01-01
      now() = now()
      @2015T.is(DateTime)
      @2015.is(Date)
      @2015-01-01T.is(DateTime)
      @T14.is(Time)
      @2015-01-01.is(System.Date)
      @2012-04-15 in (@2012-04-15 | @2013)
      (@2012 | @2013 | @2012).count()
      @2012-13
      @2012-02-30
      @T25:00
    `),
  },
  quantities: {
    on: 'observation',
    expressions: lines(String.raw`
      value
      value.value
      Observation.value
      value.unit
      value.code
      value is Quantity
      value.is(Quantity)
      value.ofType(Quantity).value
      value as Quantity
      (value as Quantity).unit
      value.as(Quantity).value
      value.ofType(string)
      value is string
      valueQuantity
      component.value
      component.value.ofType(string)
      component.value.ofType(Quantity).value
      component.value.ofType(integer)
      component.value.ofType(CodeableConcept).coding.code
      component.value.ofType(boolean)
      component.value.ofType(time)
      component.value.ofType(Period).start
      component.where(value.exists().not()).code.text
      component.where(value is Quantity).code.text
      component.where(value.is(integer)).code.text
      (component.value as Quantity).value
      component.value.as(Quantity).value
      value = 62.5 'kg'
      value = 62500 'g'
      value > 60 'kg'
      value > 60000 'g'
      value < 60 'kg'
      value > referenceRange.low
      value <= referenceRange.high
      value > 1 'm'
      value = 1 'm'
      value + 1 'kg'
      value * 2
      1 'kg' = 1000 'g'
      1 'mg' = 0.001 'g'
      1 'cm' = 0.01 'm'
      1 'L' = 1000 'mL'
      1 'dL' = 100 'mL'
      1 'L' = 1 'dm3'
      1 'mg/dL' = 10 'mg/L'
      1 'mmol/L' = 1000 'umol/L'
      1 'g' != 1 'kg'
      1 'g' = 1 's'
      1 'g' < 1 's'
      1 'mm[Hg]' < 1 'kPa'
      37 'Cel' > 98 '[degF]'
      1 '[lb_av]' > 400 'g'
      1 'h' = 60 'min'
      1 'd' = 24 'h'
      7 days = 1 week
      1 day = 24 hours
      1 hour = 60 minutes
      1 year = 12 months
      1 year = 365 days
      1 month = 30 days
      1 year = 1 'a'
      1 year ~ 1 'a'
      1 month ~ 1 'mo'
      1 day = 1 'd'
      1 day ~ 1 'd'
      1 week ~ 1 'wk'
      1 second = 1 's'
      1 millisecond = 1 'ms'
      1 second = 1000 milliseconds
      1 minute = 1 'min'
      2 days > 1 day
      1 day < 36 hours
      1 'mg' ~ 0.001 'g'
      1 'mg' ~ 1 'g'
      1 'mg' + 1 'mg'
      1 'g' + 1 'mg'
      1 'g' - 1 'mg'
      2 'm' * 3 'm'
      6 'm' / 2 's'
      6 'm' / 2 'm'
      1 'mg' * 2
      6 'mg' / 2
      1 'mg' + 1 's'
      -(1 'mg')
      (-5.5 'mg').abs()
      1 'mg' is Quantity
      1 'mg' is System.Quantity
      1 day is Quantity
      5 'mg' = 5
      1 '1' = 1
      1 'mg' > 0
      1 'mg'.toString()
      1 day.toString()
      4 days.toString()
      '1 day'.toQuantity() = 1 day
      '24 \'h\''.toQuantity('d')
      1 'kg'.toQuantity('g')
      1.toQuantity('1')
      1 'foo' = 1 'foo'
      1 'foo' = 2 'bar'
      effective
      effective is dateTime
      effective.ofType(dateTime) > @2026-01-01
      effective > @2026-03-04T23:00:00Z
      issued
      issued < effective
      referenceRange.low.value
      referenceRange.high.value / 1000
      component.value.ofType(Quantity) = 1.5 'mg'
      component.value.ofType(time) > @T07:00
      component.value.ofType(time) = @T07:30:00
      component.value.where($this is Quantity).value
    `),
  },
  types: {
    on: 'observation',
    expressions: lines(`
      1.type().name
      1.type().namespace
      'a'.type().name
      true.type().name
      1.5.type().name
      @2015.type().name
      @2015T.type().name
      @T10.type().name
      1 'mg'.type().name
      status.type().name
      status.type().namespace
      value.type().name
      type().name
      component.type().name
      code.type().name
      1 is Integer
      1 is System.Integer
      1 is Decimal
      1.0 is Decimal
      'a' is String
      'a' is System.String
      'a' is string
      true is Boolean
      true is boolean
      status is code
      status is string
      status is String
      status is FHIR.code
      status is FHIR.string
      status is System.String
      code is CodeableConcept
      code is Element
      $this is Observation
      $this is DomainResource
      $this is Resource
      $this is Patient
      Observation is Observation
      subject is Reference
      status is nonsense
      component is BackboneElement
      component.first() is BackboneElement
      component.first() is Element
      {} is Integer
      1.is(Integer)
      status.is(FHIR.code)
      status.as(code)
      status as code
      status as string
      status as Quantity
      1 as Integer
      1 as String
      issued is instant
      issued is dateTime
      value is FHIR.Quantity
      value is System.Quantity
      code.coding.ofType(Coding).code
      code.coding.as(Coding).code
      status.ofType(code)
      status.ofType(string)
      status.ofType(System.String)
      category.ofType(FHIR.CodeableConcept).coding.code
    `),
  },
  tree: {
    on: 'questionnaire',
    expressions: lines(`
      item.linkId
      item.item.linkId
      repeat(item).linkId
      repeat(item).count()
      item.repeat(item).linkId
      repeat(item).where(type = 'group').linkId
      repeat(item).initial.value
      repeat(item).required
      descendants().linkId
      descendants().count()
      item.children().count()
      children().count()
      item.answerOption.value
      item.answerOption.value.ofType(string)
      item.answerOption.value.ofType(Coding).code
      item.descendants().where($this is decimal)
      item.all(linkId.exists())
      date
      date = @2025
      date < @2026
      date is dateTime
      repeat($this)
      repeat(item | item).linkId
      item.where(item.exists()).item.where(item.exists()).item.initial.value * 4
      repeat(item).select(linkId & ':' & type)
      repeat(item).linkId.isDistinct()
      item[0].item[1].item[0].initial[0].value = 1.25
      url.matches('Questionnaire')
      trace('a').id
      item.trace('a', linkId).count()
      defineVariable('n', item.count()).select(%n)
      item.defineVariable('l', linkId).where(true).count()
    `),
  },
  'what fhir adds': {
    on: 'bundle',
    expressions: lines(`
      entry.resource.id
      entry.resource.ofType(Patient).name.family
      entry.resource.ofType(Observation).value.value
      entry.resource.where($this is Patient).birthDate
      entry.resource.name.given.count()
      Bundle.entry.resource.type().name
      entry.first().resource.is(Patient)
      entry.resource.ofType(Patient).contained.ofType(Organization).name
      entry.resource.ofType(Encounter).subject.resolve().id
      entry.resource.ofType(Observation).subject.reference
      entry.resource.ofType(Patient).extension('http://example.jp/ext/score').value
      entry.resource.extension('http://example.jp/ext/score').value.count()
      entry.resource.ofType(Patient).extension('http://example.jp/ext/nested').extension('when').value
      entry.resource.ofType(Patient).extension('http://example.jp/none').exists()
      entry.resource.ofType(Patient).extension({})
      entry.resource.ofType(Patient).birthDate.hasValue()
      entry.resource.ofType(Patient).name[2].given.hasValue()
      entry.resource.ofType(Patient).name.hasValue()
      entry.resource.ofType(Patient).text.div.htmlChecks()
      entry.resource.ofType(Patient).birthDate.getValue()
      entry.where(fullUrl.exists()).select(fullUrl & resource.meta.versionId).isDistinct()
      entry.fullUrl.where(startsWith('urn:uuid'))
      entry.resource.all($this is DomainResource)
      entry.resource.all($this is Resource)
      entry.resource.meta.profile
      entry.select(resource.id | fullUrl).count()
      %ucum
      %sct
      %loinc
      %${'`vs-administrative-gender`'}
      %'vs-administrative-gender'
      %${'`ext-patient-birthTime`'}
      entry.resource.ofType(Observation).code.coding.where(system = %loinc).code
      entry.resource.ofType(Patient).birthDate.extension(%${'`ext-patient-birthTime`'}).exists()
      %unknown
      entry[1].resource.component.where(value is Quantity and value.value > 1).code.text
      entry.resource.descendants().where($this is Coding).code.distinct()
    `),
  },
  mistakes: {
    on: 'patient',
    expressions: lines(`
      name.
      name..given
      name.given(
      (name
      name)
      name[0
      'abc
      1 +
      name given
      @x
      #
      name.unknownFunction()
      name.first(1)
      substring()
      1 == 1
      name.where()
      name.where(use = 'official'
      $that
      {1}
      name.ofType()
      and true
      name.take('x')
      'a'.substring('b')
      1 'mg
      name is
      name.[0]
    `),
  },
}
