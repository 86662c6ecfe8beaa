using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Decoding;

/// <summary>Turns the tokens of one turn into the text that becomes final with each, and ends the turn at a stop sequence.</summary>
internal sealed class TokenText
{
    private readonly SteerableModel _model;
    private readonly IncrementalDetokenizer _detokenizer;
    private readonly StopSequenceFilter _stops;
    private readonly HashSet<int> _stopTokens = [];

    /// <param name="model">The model whose tokens they are.</param>
    /// <param name="stopSequences">Texts that end the turn; the text of a special token, which has none in a reply, stands for the token.</param>
    /// <param name="before">Tokens of the turn whose text was handed out before.</param>
    public TokenText(SteerableModel model, IReadOnlyList<string> stopSequences, IReadOnlyList<int>? before = null)
    {
        _model = model;
        _detokenizer = model.Tokenizer.CreateDetokenizer(skipSpecialTokens: true);
        _stops = new StopSequenceFilter(stopSequences);
        foreach (var stop in stopSequences)
        {
            if (model.Tokenizer.Text.Find(stop) is { } token && model.Tokenizer.Text.IsSpecial(token))
            {
                _stopTokens.Add(token);
            }
            else if (Array.FindIndex(model.Tokenizer.Encode(stop), model.Tokenizer.Text.IsSpecial) is var special and >= 0)
            {
                throw new SteeringException($"The stop sequence '{stop}' holds the special token '{model.Tokenizer.Text.Token(model.Tokenizer.Encode(stop)[special])}' and more. Special tokens have no text in a reply, so it would never match; give the token alone, or the text without it.");
            }
        }

        foreach (var id in before ?? [])
        {
            Append(id, FinishReason.None);
        }
    }

    /// <summary>Takes a token.</summary>
    /// <param name="id">The token.</param>
    /// <param name="finish">Whether the turn ends with it.</param>
    /// <returns>The text that became final, and why the turn ends: a stop sequence may end it too.</returns>
    public (string Text, FinishReason Finish) Append(int id, FinishReason finish)
    {
        var stops = _stopTokens.Contains(id);
        finish = stops ? FinishReason.Stop : finish;
        var piece = stops || _model.IsEndToken(id) ? string.Empty : _stops.Append(_detokenizer.Append(id));
        if (finish != FinishReason.None)
        {
            piece += _stops.Append(_detokenizer.Finish());
        }

        finish = _stops.Stopped ? FinishReason.Stop : finish;
        return (finish == FinishReason.None ? piece : piece + _stops.Flush(), finish);
    }
}
