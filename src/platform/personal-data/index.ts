export { PersonalData, type PersonalDataProvider, PersonalDataRegistry } from './personal-data';
export { PersonalDataModule } from './personal-data.module';
