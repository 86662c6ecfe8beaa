using Steering.Analysis.Harvest;
using Steering.Concepts;
using Steering.Models;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Analysis.Concepts;

/// <summary>Turns the tokens of one text into observations.</summary>
internal sealed class ObservationPooler(ConceptAccumulator accumulator, ITextTokenizer tokenizer, ConceptPooling pooling)
{
    private readonly float[] _pooled = new float[accumulator.LatentCount];
    private readonly List<int> _touched = [];
    private float[] _values = [];

    /// <summary>Labelled spans and steps without a token that counts.</summary>
    public long SpansLost { get; private set; }

    /// <summary>Adds a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="concepts">The concepts of labels.</param>
    /// <param name="activations">Activations of its batch.</param>
    /// <exception cref="SteeringException">Spans are to be pooled by step.</exception>
    public void Add(LabelledTokens text, Func<IReadOnlyList<string>, int[]> concepts, SparseActivations activations)
    {
        if (text.Parts is null)
        {
            Add(concepts(text.Text.Labels), text.Ids, text.LeftOut.Span, activations, text.FirstRow);
            return;
        }

        if (pooling == ConceptPooling.Step && text.Text.Scope == LabelScope.Span)
        {
            throw new SteeringException($"{text.Text.Place} labels spans, and pooling by step is for labels of steps or whole texts. Pool spans by maximum, mean, last or token.");
        }

        SpansLost += text.Text.Spans.Count(span => span.Labels.Count > 0) - text.Parts.Sum(part => part.Spans);
        if (pooling == ConceptPooling.Token)
        {
            AddTokens(text, concepts, activations);
            return;
        }

        foreach (var part in text.Parts)
        {
            var (first, rows) = text.RowsOf(part.First, part.End);
            if (rows == 0)
            {
                SpansLost += part.Spans;
            }
            else if (pooling is ConceptPooling.Last or ConceptPooling.Step)
            {
                accumulator.Add(concepts(part.Labels), activations.Indices(first + rows - 1), activations.Values(first + rows - 1));
            }
            else
            {
                AddPooled(concepts(part.Labels), activations, first, rows);
            }
        }
    }

    /// <summary>Every token once, under the labels of all spans that hold it.</summary>
    private void AddTokens(LabelledTokens text, Func<IReadOnlyList<string>, int[]> concepts, SparseActivations activations)
    {
        SpansLost += text.Parts!.Where(part => text.RowsOf(part.First, part.End).Count == 0).Sum(part => part.Spans);
        var row = text.FirstRow;
        for (var token = 0; token < text.Ids.Length; token++)
        {
            if (text.LeftOut.Span[token] != LeftOut.No)
            {
                continue;
            }

            string[] labels = [.. text.Parts!.Where(part => part.First <= token && token < part.End).SelectMany(part => part.Labels).Distinct(StringComparer.Ordinal)];
            if (labels.Length > 0)
            {
                accumulator.Add(concepts(labels), activations.Indices(row), activations.Values(row));
            }

            row++;
        }
    }

    /// <summary>Adds a text that is labelled as a whole.</summary>
    /// <param name="concepts">Its concepts.</param>
    /// <param name="ids">Its tokens.</param>
    /// <param name="leftOut">[tokens] which have no row.</param>
    /// <param name="activations">Activations of a batch.</param>
    /// <param name="first">The text's first row in it.</param>
    public void Add(ReadOnlySpan<int> concepts, ReadOnlySpan<int> ids, ReadOnlySpan<LeftOut> leftOut, SparseActivations activations, int first)
    {
        var rows = leftOut.Count(LeftOut.No);
        switch (pooling)
        {
            case ConceptPooling.Last:
                accumulator.Add(concepts, activations.Indices(first + rows - 1), activations.Values(first + rows - 1));
                break;
            case ConceptPooling.Token:
                for (var row = first; row < first + rows; row++)
                {
                    accumulator.Add(concepts, activations.Indices(row), activations.Values(row));
                }

                break;
            case ConceptPooling.Step:
                AddSteps(concepts, ids, leftOut, activations, first);
                break;
            default:
                AddPooled(concepts, activations, first, rows);
                break;
        }
    }

    private void AddPooled(ReadOnlySpan<int> concepts, SparseActivations activations, int first, int rows)
    {
        for (var row = first; row < first + rows; row++)
        {
            var indices = activations.Indices(row);
            var values = activations.Values(row);
            for (var active = 0; active < indices.Length; active++)
            {
                ref var pooled = ref _pooled[indices[active]];
                if (pooled == 0)
                {
                    _touched.Add(indices[active]);
                }

                pooled = pooling == ConceptPooling.Mean ? pooled + values[active] : Math.Max(pooled, values[active]);
            }
        }

        if (_values.Length < _touched.Count)
        {
            _values = new float[Math.Max(_touched.Count, 2 * _values.Length)];
        }

        for (var index = 0; index < _touched.Count; index++)
        {
            ref var pooled = ref _pooled[_touched[index]];
            _values[index] = pooling == ConceptPooling.Mean ? pooled / rows : pooled;
            pooled = 0;
        }

        accumulator.Add(concepts, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_touched), _values.AsSpan(0, _touched.Count));
        _touched.Clear();
    }

    /// <summary>A step ends with the token that completes a blank line of the decoded text, or with the text.</summary>
    private void AddSteps(ReadOnlySpan<int> concepts, ReadOnlySpan<int> ids, ReadOnlySpan<LeftOut> leftOut, SparseActivations activations, int first)
    {
        var boundaries = new StepBoundaries(tokenizer);
        var row = first - 1;
        for (var token = 0; token < ids.Length; token++)
        {
            row += leftOut[token] == LeftOut.No ? 1 : 0;
            var ends = boundaries.Append(ids[token]);
            if ((ends || token == ids.Length - 1) && leftOut[token] == LeftOut.No)
            {
                accumulator.Add(concepts, activations.Indices(row), activations.Values(row));
            }
        }
    }
}
