namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>One calculation of a word problem: <c>Left Operation Right = Result</c>.</summary>
/// <param name="Left">The value before.</param>
/// <param name="Operation">One of <c>+</c>, <c>-</c>, <c>x</c>, <c>/</c>.</param>
/// <param name="Right">What is added, taken away, multiplied by or divided by.</param>
/// <param name="Result">The value after.</param>
internal sealed record ProblemStage(int Left, char Operation, int Right, int Result)
{
    /// <summary>Calculates.</summary>
    /// <param name="left">The value before.</param>
    /// <param name="operation">One of <c>+</c>, <c>-</c>, <c>x</c>, <c>/</c>.</param>
    /// <param name="right">The other operand.</param>
    /// <returns>The result, or null for a division that leaves a rest, by zero, or out of range.</returns>
    public static int? Calculate(int left, char operation, int right)
    {
        long? result = operation switch
        {
            '+' => (long)left + right,
            '-' => (long)left - right,
            'x' => (long)left * right,
            '/' => right != 0 && left % right == 0 ? left / right : null,
            _ => null,
        };
        return result is >= int.MinValue and <= int.MaxValue ? (int)result : null;
    }
}
