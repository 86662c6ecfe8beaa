using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Steering.Templates;

/// <summary>
/// One application of a template: its output, its names, and what it may still cost. Compares dictionary keys too, because
/// hashing and comparing them costs.
/// </summary>
internal sealed class RenderState : IEqualityComparer<object>
{
    /// <summary>Characters that one step reads.</summary>
    private const int StepCharacters = 64;

    /// <summary>Steps between two looks at the cancellation token.</summary>
    private const int CheckEvery = 1024;

    private readonly TemplateSource _source;
    private readonly TemplateLimits _limits;
    private readonly CancellationToken _cancellation;
    private long _steps;
    private long _nextCheck = CheckEvery;
    private long _allocated;
    private int _depth;

    public RenderState(TemplateSource source, TemplateLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        _source = source;
        _limits = limits;
        _cancellation = cancellation;
        Clock = clock;
    }

    public TimeProvider Clock { get; }

    /// <summary>Where what is written goes; macros and set blocks put a text of their own here for a while.</summary>
    public StringBuilder Output { get; set; } = new();

    /// <summary>The place in the source that messages name.</summary>
    public int At { get; set; }

    /// <summary>One step at a place of the source.</summary>
    public void Step(int offset)
    {
        At = offset;
        Work(1);
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Work(long steps)
    {
        _steps += steps;
        if (_steps < _nextCheck)
        {
            return;
        }

        _cancellation.ThrowIfCancellationRequested();
        _nextCheck = _steps + CheckEvery;
        if (_steps > _limits.Steps)
        {
            throw Limit($"it takes more than {_limits.Steps} steps ({nameof(TemplateLimits)}.{nameof(TemplateLimits.Steps)})");
        }
    }

    /// <summary>Pays for reading a text.</summary>
    public void Read(string text) => Work(1 + (text.Length / StepCharacters));

    /// <summary>Pays for looking for a text in another.</summary>
    public void Search(string text, string part) => Work(1 + (text.Length / StepCharacters) + ((long)text.Length * part.Length / (StepCharacters * StepCharacters)));

    /// <summary>Refuses a text that would be too long.</summary>
    public void Fits(long length)
    {
        if (length > _limits.TextLength)
        {
            throw TooLong();
        }
    }

    /// <summary>Pays for a text that is about to be made, and refuses one that is too long.</summary>
    public void MakeText(long length)
    {
        Fits(length);
        Make(length);
        Work(length / StepCharacters);
    }

    /// <summary>Pays for a list or dictionary that is about to be made.</summary>
    public void MakeItems(long count, int each = 4)
    {
        Make(32 + (each * count));
        Work(1 + (count / 16));
    }

    public Undefined Undefined(object? owner, object? name)
    {
        Make(24);
        return Templates.Undefined.Of(owner, name);
    }

    public object Number(long value)
    {
        Make(12);
        return PythonNumber.Box(value);
    }

    public object Number(double value)
    {
        Make(12);
        return value;
    }

    public object Number(BigInteger value)
    {
        // Long arithmetic costs by the limb.
        var limbs = value.GetBitLength() / 64;
        Make(12 + (4 * limbs));
        Work(limbs);
        return PythonNumber.Box(value) ?? throw Limit($"it makes an integer of more than {PythonNumber.LargestBits} bits");
    }

    /// <summary>Makes a list, paid for.</summary>
    public TemplateList List(object?[] items, ListKind kind = ListKind.List)
    {
        MakeItems(items.Length);
        return new TemplateList(items, kind);
    }

    /// <summary>Makes an empty dictionary whose keys are compared as Python does.</summary>
    public TemplateMap Map(int capacity = 0)
    {
        MakeItems(capacity, each: 24);
        return new TemplateMap(this, capacity);
    }

    public void Write(string text)
    {
        Fits((long)Output.Length + text.Length);
        Make(text.Length);
        Work(text.Length / StepCharacters);
        Output.Append(text);
    }

    /// <summary>Runs something and returns what it wrote.</summary>
    public string Capture(Action<RenderState> body)
    {
        var outer = Output;
        Output = new StringBuilder();
        try
        {
            body(this);
            MakeText(Output.Length);
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>One level of calls, or of values in one another; <see cref="Leave"/> goes back.</summary>
    public void Enter()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > _limits.CallDepth)
        {
            throw Limit($"its calls or values are nested more than {_limits.CallDepth} deep ({nameof(TemplateLimits)}.{nameof(TemplateLimits.CallDepth)})");
        }
    }

    public void Leave() => _depth--;

    public TemplateException Error(string reason) => new(TemplateFault.Evaluation, _source, At, reason);

    public TemplateException Raised(string message) => new(TemplateFault.Raised, _source, At, message);

    public TemplateException Limit(string reason) => new(TemplateFault.Limit, _source, At, reason);

    bool IEqualityComparer<object>.Equals(object? x, object? y) => Operators.Same(this, x, y);

    int IEqualityComparer<object>.GetHashCode(object obj) => Operators.Hash(this, obj);

    private TemplateException TooLong() => Limit($"it makes a text of more than {_limits.TextLength} characters ({nameof(TemplateLimits)}.{nameof(TemplateLimits.TextLength)})");

    private void Make(long units)
    {
        _allocated += units;
        if (_allocated > _limits.Allocation)
        {
            throw Limit($"it makes values of more than {_limits.Allocation} characters in all ({nameof(TemplateLimits)}.{nameof(TemplateLimits.Allocation)})");
        }
    }
}
