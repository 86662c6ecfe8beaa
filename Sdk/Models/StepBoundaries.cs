using Steering.Tokenizers;

namespace Steering.Models;

/// <summary>
/// Finds the tokens that end a reasoning step: those with which the decoded text completes a blank line (RISE, arXiv
/// 2512.23988, §3), merges such as <c>.\n\n</c> included. Further line breaks of the same gap end nothing, nor do those
/// before the first text; a line of spaces is blank. Tokens can be taken back. Not thread-safe.
/// </summary>
public sealed class StepBoundaries
{
    private readonly Func<int, string> _text;
    private readonly List<Place> _after = [];

    /// <param name="tokenizer">The tokenizer of the tokens.</param>
    public StepBoundaries(ITextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _text = id => tokenizer.Decode([id]);
    }

    /// <param name="tokenizer">The tokenizer of the tokens.</param>
    public StepBoundaries(ModelTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _text = id => tokenizer.Decode([id]);
    }

    private enum Place : byte
    {
        /// <summary>In a gap, or before any text.</summary>
        Gap,

        /// <summary>In a line that holds text.</summary>
        Line,

        /// <summary>In a line that holds nothing yet, after one that did.</summary>
        NewLine,
    }

    /// <summary>Number of tokens read.</summary>
    public int Count => _after.Count;

    /// <summary>Reads the next token.</summary>
    /// <param name="id">The token.</param>
    /// <returns>Whether a step ends with it.</returns>
    /// <exception cref="SteeringException">There is no such id.</exception>
    public bool Append(int id)
    {
        var place = _after.Count == 0 ? Place.Gap : _after[^1];
        var ends = false;
        // A character of several tokens is no white space, so each token can be decoded alone.
        foreach (var character in _text(id))
        {
            if (character == '\n')
            {
                ends |= place == Place.NewLine;
                place = place == Place.Line ? Place.NewLine : Place.Gap;
            }
            else if (character is not (' ' or '\t' or '\r'))
            {
                place = Place.Line;
            }
        }

        _after.Add(place);
        return ends;
    }

    /// <summary>Takes tokens back.</summary>
    /// <param name="count">How many stay, 0 to <see cref="Count"/>.</param>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _after.Count);
        _after.RemoveRange(count, _after.Count - count);
    }

    /// <summary>Which tokens of a text end a step.</summary>
    /// <param name="ids">Its tokens.</param>
    /// <returns>Their positions, ascending.</returns>
    /// <exception cref="SteeringException">There is no such id.</exception>
    public int[] AppendAll(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var first = Count;
        return [.. ids.Select((id, index) => (Ends: Append(id), Position: first + index)).Where(token => token.Ends).Select(token => token.Position)];
    }
}
