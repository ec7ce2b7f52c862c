export { Doctor, DoctorCheck, type DoctorCheckProvider, type TopicFinding } from './doctor';
export { DoctorModule } from './doctor.module';
export { advise, type Finding, type FindingLevel, ok, worstOf } from './finding';
