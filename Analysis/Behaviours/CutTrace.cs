using System.Globalization;
using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Analysis.Behaviours;

/// <summary>The tokens of a trace and the steps that the decoded text falls into (<see cref="StepBoundaries"/>).</summary>
public sealed class CutTrace
{
    private readonly string[] _pieces;

    private CutTrace(ReasoningTrace trace, int[] ids, string[] pieces, int[] ends, int stepsOfText)
    {
        (Trace, Ids, _pieces, Ends, StepsOfText) = (trace, ids, pieces, ends, stepsOfText);
    }

    /// <summary>The trace.</summary>
    public ReasoningTrace Trace { get; }

    /// <summary>Token ids, as many as the window holds.</summary>
    public IReadOnlyList<int> Ids { get; }

    /// <summary>Position of the delimiter of each step that ends within the window. A last step without a blank line after it has none.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>Steps of the whole text, the last counted whether or not a blank line follows it.</summary>
    public int StepsOfText { get; }

    /// <summary>Cuts a trace.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="maximumTokens">Tokens that are kept.</param>
    /// <exception cref="SteeringException">The trace is empty, or has labels for another number of steps than it has.</exception>
    public static CutTrace Of(ReasoningTrace trace, ITextTokenizer tokenizer, int maximumTokens)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumTokens);
        var all = tokenizer.Encode(trace.Text, addSpecialTokens: true);
        if (all.Length == 0)
        {
            throw new SteeringException($"{trace.Place} holds no text. Take empty traces out.");
        }

        var ends = new StepBoundaries(tokenizer).AppendAll(all);
        var tail = tokenizer.Decode(all.AsSpan(ends.Length == 0 ? 0 : ends[^1] + 1));
        var steps = ends.Length + (string.IsNullOrWhiteSpace(tail) ? 0 : 1);
        if (trace.Labels is { } labels && labels.Count != steps)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{trace.Place} has {labels.Count} labels for {steps} steps; steps end at blank lines. Give one label a step, empty where there is none."));
        }

        var ids = all[..Math.Min(all.Length, maximumTokens)];
        var detokenizer = tokenizer.CreateDetokenizer();
        return new CutTrace(trace, ids, Array.ConvertAll(ids, detokenizer.Append), Array.FindAll(ends, end => end < ids.Length), steps);
    }

    /// <summary>First token of a step.</summary>
    /// <param name="step">Step, from 0 to the number of <see cref="Ends"/>.</param>
    public int Start(int step) => step == 0 ? 0 : Ends[step - 1] + 1;

    /// <summary>Text of a token: what is complete with it.</summary>
    /// <param name="token">Position.</param>
    public string Piece(int token) => _pieces[token];

    /// <summary>Text of a step, its delimiter included.</summary>
    /// <param name="step">Step that ends within the window.</param>
    public string Text(int step) => string.Concat(_pieces[Start(step)..(Ends[step] + 1)]);
}
