export { Diagnoses, Diagnosis, type DiagnosisProvider, type TopicFinding } from './diagnosis';
export { DiagnosisModule } from './diagnosis.module';
export { advise, type Finding, type Level, ok, worstOf } from './finding';
