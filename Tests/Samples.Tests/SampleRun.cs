using System.Reflection;

namespace Steering.Tests.Samples;

/// <summary>Runs a sample in this process, as its user would. The console is one: such tests do not run side by side.</summary>
internal static class SampleRun
{
    public static (int Code, string Output, string Error) Of(string sample, string input, string[] arguments)
    {
        var (reader, writer, errors) = (Console.In, Console.Out, Console.Error);
        using var output = new StringWriter();
        using var error = new StringWriter();
        try
        {
            Console.SetIn(new StringReader(input));
            Console.SetOut(TextWriter.Synchronized(output));
            Console.SetError(TextWriter.Synchronized(error));
            var code = Assembly.Load(sample).EntryPoint!.Invoke(null, [arguments]);
            return ((int)code!, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetIn(reader);
            Console.SetOut(writer);
            Console.SetError(errors);
        }
    }
}
