/** What the floor's workflow is started with. */
export interface FloorInput {
  reminder: number;
  dueAt: number;
}

export interface FloorActivities {
  sendReminder(reminder: number): Promise<void>;
}
