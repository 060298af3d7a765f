/** The door of questions about an access. */
export type { Act, AskedAct, Question, Side, State, Step } from './model.ts'
export { states } from './model.ts'
export { clockOn, isOverdue, median, MOST_TEXT, movesOf, standsOn } from './rules.ts'
export { questionMigrations } from './schema.ts'
export { type MonthOfQuestions, type Opened, type QuestionService, questionService } from './service.ts'
