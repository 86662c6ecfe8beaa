using System.ComponentModel.DataAnnotations;

namespace Steering.Batching;

/// <summary>How a <see cref="BatchingDecoder"/> divides the machine between conversations.</summary>
public sealed record BatchingDecoderOptions
{
    /// <summary>Largest number of conversations decoded at once, 1 to 256. Default: 8.</summary>
    [Range(1, 256)]
    public int Slots { get; init; } = 8;

    /// <summary>Number of conversations that may wait for a slot beside those decoded, 0 to 1,000,000. Default: 64.</summary>
    [Range(0, 1_000_000)]
    public int QueueLength { get; init; } = 64;

    /// <summary>
    /// What one conversation too many meets: false (the default) lets its caller wait until there is room; true throws
    /// <see cref="DecoderBusyException"/> at once.
    /// </summary>
    public bool RefuseWhenFull { get; init; }

    /// <summary>Most prompt tokens of one pass while nothing else is decoded, 1 to 4096. Default: 128.</summary>
    [Range(1, 4096)]
    public int PrefillChunk { get; init; } = 128;

    /// <summary>
    /// Time that other conversations' prompts may add to a step of those being decoded, as a share of the step, 0.01 to 16; on
    /// average over the steps where a single token of a prompt costs more. Default: 0.3, so that the time between two tokens is
    /// planned at 1.3 times what it is without them. Where only throughput counts, 16 reads prompts in passes as large as <see cref="PrefillChunk"/>.
    /// </summary>
    [Range(0.01, 16)]
    public double PrefillShare { get; init; } = 0.3;

    /// <summary>
    /// Tokens that a conversation may be decoded ahead of its reader, 1 to 4096; then it pauses, in its slot, until the
    /// reader has caught up. Default: 16.
    /// </summary>
    [Range(1, 4096)]
    public int ReadAhead { get; init; } = 16;

    /// <summary>
    /// How long a conversation that is decoded <see cref="ReadAhead"/> tokens ahead may wait for its reader, 1 ms to 30 days, or null
    /// for ever; then it ends with a <see cref="SteeringException"/> and its slot goes to the next. Default: 5 minutes. It is
    /// for readers that are gone without disposing their enumerator.
    /// </summary>
    public TimeSpan? ReaderTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Most tokens of one conversation, prompt and completion together, or null for the model's context. The cache grows to
    /// the longest conversation admitted so far, times <see cref="Slots"/>.
    /// </summary>
    [Range(2, int.MaxValue)]
    public int? MaxTokens { get; init; }

    /// <summary>Threads of one pass, 0 to 1024: 0 is ONNX Runtime's choice, null (the default) as many as the model was loaded with.</summary>
    [Range(0, 1024)]
    public int? Threads { get; init; }

    /// <summary>Throws when a value is outside its range.</summary>
    /// <exception cref="SteeringException">The message names the option, the value and the range.</exception>
    public void Validate()
    {
        Require(Slots is >= 1 and <= 256, nameof(Slots), Slots, "1 to 256");
        Require(QueueLength is >= 0 and <= 1_000_000, nameof(QueueLength), QueueLength, "0 to 1000000");
        Require(PrefillChunk is >= 1 and <= 4096, nameof(PrefillChunk), PrefillChunk, "1 to 4096");
        Require(PrefillShare is >= 0.01 and <= 16, nameof(PrefillShare), PrefillShare, "0.01 to 16");
        Require(ReadAhead is >= 1 and <= 4096, nameof(ReadAhead), ReadAhead, "1 to 4096");
        Require(ReaderTimeout is null || (ReaderTimeout >= TimeSpan.FromMilliseconds(1) && ReaderTimeout <= TimeSpan.FromDays(30)), nameof(ReaderTimeout), ReaderTimeout, "1 ms to 30 days, or null");
        Require(Threads is null or (>= 0 and <= 1024), nameof(Threads), Threads, "0 to 1024, or null");
        Require(MaxTokens is null or >= 2, nameof(MaxTokens), MaxTokens, "at least 2, or null");
    }

    private static void Require(bool condition, string name, object? value, string expected)
    {
        if (!condition)
        {
            throw new SteeringException(FormattableString.Invariant($"{name} is {value}; it must be {expected}."));
        }
    }
}
