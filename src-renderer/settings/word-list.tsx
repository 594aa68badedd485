import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { FormField } from '../signers/form-field.tsx';

/** Technical words of a setting (addresses, paths): each can be taken away, and one more typed below; none stands twice. */
export function WordList({
  words,
  onChange,
  label,
  placeholder,
  longest,
}: {
  readonly words: readonly string[];
  readonly onChange: (words: string[]) => void;
  /** Of the field for another one. */
  readonly label: string;
  readonly placeholder: string;
  /** Characters of a word at the most. */
  readonly longest: number;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  return (
    <>
      <ul className="plain-list">
        {words.map((word) => (
          <li key={word}>
            <span className="hex grow">{word}</span>
            <Button kind="quiet" onClick={() => onChange(words.filter((other) => other !== word))}>
              {t('plan.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          const word = typed.trim();
          if (word === '' || words.includes(word)) return;
          onChange([...words, word]);
          setTyped('');
        }}
      >
        <FormField label={label}>
          {(props) => (
            <input
              {...props}
              className="input hex"
              maxLength={longest}
              placeholder={placeholder}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </FormField>
        <Button submit disabled={typed.trim() === ''}>
          {t('settings.add')}
        </Button>
      </form>
    </>
  );
}
