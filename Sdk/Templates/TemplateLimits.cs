namespace Steering.Templates;

/// <summary>
/// What a chat template may cost. Templates travel with checkpoints, so they are strangers' programs: whatever they say, reading
/// and applying one ends, within these bounds. The defaults leave real templates and conversations of thousands of messages alone.
/// </summary>
public sealed record TemplateLimits
{
    private const int DeepestNesting = 256;

    /// <summary>The defaults.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Longest template, in characters.</summary>
    public int SourceLength { get; init; } = 1 << 20;

    /// <summary>Deepest nesting of blocks and brackets in the text, at most 256.</summary>
    public int Nesting { get; init; } = 100;

    /// <summary>Deepest nesting of macro calls and of lists and dictionaries in one another.</summary>
    public int CallDepth { get; init; } = 200;

    /// <summary>Steps of one application: an expression or an element of a loop is one, and so is every 64 characters that a step reads.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Longest text, in characters: the prompt and every text made on the way.</summary>
    public int TextLength { get; init; } = 1 << 24;

    /// <summary>Everything that one application makes, in characters of two bytes.</summary>
    public long Allocation { get; init; } = 1L << 27;

    internal void Validate()
    {
        Check(SourceLength, nameof(SourceLength), int.MaxValue);
        Check(Nesting, nameof(Nesting), DeepestNesting);
        Check(CallDepth, nameof(CallDepth), int.MaxValue);
        Check(Steps, nameof(Steps), long.MaxValue);
        Check(TextLength, nameof(TextLength), 1 << 29);
        Check(Allocation, nameof(Allocation), long.MaxValue);

        static void Check(long value, string name, long most)
        {
            if (value < 1 || value > most)
            {
                throw new SteeringException($"{nameof(TemplateLimits)}.{name} is {value}; give a number from 1 to {most}.");
            }
        }
    }
}
