export { Doctor, DoctorCheck, type DoctorCheckProvider, type TopicFinding } from './doctor';
export { DoctorModule } from './doctor.module';
export { warningIf, type Finding, type FindingLevel, okFinding, worstLevel } from './finding';
