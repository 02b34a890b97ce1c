export interface Questions<Question, Answer> {
  /** Resolves with the user's answer. */
  ask(question: Question): Promise<Answer>;
  answer(id: number, answer: Answer): void;
}

/** Keeps the questions to the user until they are answered. Each question has a number and is answered once. */
export function createQuestions<Question, Answer>(
  send: (id: number, question: Question) => void,
): Questions<Question, Answer> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let next = 1;
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        send(id, question);
      }),
    answer(id, answer) {
      waiting.get(id)?.(answer);
      waiting.delete(id);
    },
  };
}
