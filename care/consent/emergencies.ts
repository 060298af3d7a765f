/**
 * The facts behind the rule `break-glass`. Who may write them, for how long and for what reason is decided in `care/emergency`, which alone
 * calls what changes something here.
 */
export {
  type EmergencyReview,
  endEmergency,
  findByKey as findEmergencyByKey,
  findOfStaff as findEmergencyOfStaff,
  insertEmergency,
  ofPerson as emergenciesOf,
  type OpenedEmergency,
  prolong as prolongEmergency,
  putReview as putEmergencyReview,
  reviewsOf as emergencyReviewsOf,
  runningOf as runningEmergencies,
  treatedAt,
} from './store/emergency.ts'
