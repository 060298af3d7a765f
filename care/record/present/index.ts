/** Stored rows as things to show, the same for the person and for whoever treats them. Pure. */
export { type ChartItem, type OtherItem, present } from './chart.ts'
export { type CoursePoint, instantOf, type LabCourse, labCourses } from './course.ts'
export { type AllergyItem, type DiagnosisItem, presentAllergy, presentDiagnosis } from './diagnosis.ts'
export { type DocumentItem, plainText, presentDocument } from './document.ts'
export { documentBody, type DocumentSection } from './document-body.ts'
export type { NameOf, Origin, Presented } from './origin.ts'
export { type PrescriptionItem, presentPrescription } from './prescription.ts'
export { presentCheckup, presentLab, type Reference, type ResultItem, type ResultMark } from './result.ts'
