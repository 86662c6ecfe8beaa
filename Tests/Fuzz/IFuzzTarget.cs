namespace Steering.Fuzz;

/// <summary>One reader of outside files under attack. A target is used by one thread and must behave the same for the same bytes.</summary>
internal interface IFuzzTarget : IDisposable
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Well-formed inputs, which every mutation starts from; the reader must accept each of them.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Words that mean something in the format, to be swapped in; may be empty.</summary>
    IReadOnlyList<byte[]> Words => [];

    /// <summary>Whether the seeds are JSON documents, which are then damaged by their structure too.</summary>
    bool IsJson => false;

    /// <summary>Bytes one input may make the reader allocate.</summary>
    long AllocationCap => 32L << 20;

    /// <summary>Corrects the outermost length of a damaged input, so that the damage gets past the first check; may do nothing.</summary>
    byte[] Mend(byte[] input) => input;

    /// <summary>Reads the input, and whatever the reader then offers.</summary>
    void Run(ReadOnlySpan<byte> input);

    /// <summary>Whether the reader's documentation allows this exception.</summary>
    bool IsDocumented(Exception exception) => exception is SteeringException { Message.Length: > 0 };
}
